"""``python -m voyant.cli``: the command, where its script is not on the PATH."""

from voyant.cli.main import main

main()
