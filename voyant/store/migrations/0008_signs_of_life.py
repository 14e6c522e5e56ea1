from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0007_baselines"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="seen_at",
            field=models.DateTimeField(db_default=Now()),
        ),
    ]
