"""KPI templates over the network."""

from __future__ import annotations

from tests.api.client import Client, problem, work
from voyant.domain.serialization import from_json, to_compact_json
from voyant.services.templates import list_templates, render_template, show_template


def test_templates_are_listed_and_shown(client: Client) -> None:
    page = client.get("/v1/kpi-templates")
    assert len(page.json()["items"]) == 15
    assert page.json()["next_cursor"] is None
    shown = client.get("/v1/kpi-templates/rfm_segments")
    assert shown.content == to_compact_json(show_template(client.caller, "rfm_segments"))
    problem(client.get("/v1/kpi-templates/nix"), 404, "VYNT-2007")
    problem(client.get("/v1/kpi-templates", params={"table": "nix"}), 404, "VYNT-2006")


def test_a_table_tells_which_fit_and_a_template_is_rendered_for_it(client: Client, source: str) -> None:
    client.finished_job("profile", source)
    fits = client.get("/v1/kpi-templates", params={"table": "orders"}).json()["items"]
    assert fits == from_json(to_compact_json(list_templates(client.caller, table="orders")), list)
    assert fits[0]["fit"]["fits"] is True

    made = client.post("/v1/kpi-templates/revenue_growth/render", {"table": "orders"})
    assert made.content == to_compact_json(render_template(client.caller, "revenue_growth", table="orders"))
    rows = client.post("/v1/sql/query", {"sql": made.json()["sql"]}).json()
    assert [column["name"] for column in rows["columns"]] == [column["name"] for column in made.json()["columns"]]
    assert rows["rows"][0][0] == "2024-01-01"

    bare = {"parameters": {"time": "ordered_at", "amount": "amount", "grain": "week"}}
    assert client.post("/v1/kpi-templates/revenue_growth/render", bare).json()["table"] == "your_table"
    address = "/v1/kpi-templates/revenue_growth/render"
    problem(client.post(address, {}), 422, "VYNT-1004")
    problem(client.post(address, {"table": "nix"}), 404, "VYNT-2006")
    problem(client.post(address, {"table": "orders", "parameters": {"amount": "nix"}}), 422, "VYNT-1002")
    problem(client.post(address, {"table": "orders", "parameters": {"grain": 3}}), 422, "VYNT-1005")
    problem(client.post("/v1/kpi-templates/nix/render", {}), 404, "VYNT-2007")
    problem(client.post(address, {"tables": "orders"}), 422, "VYNT-1001")


def test_a_job_is_asked_for_templates(client: Client, source: str) -> None:
    asked = ["revenue_growth", {"name": "moving_average", "parameters": {"window": 7, "grain": "day"}}]
    answer = client.post("/v1/jobs/kpi", {"source": source, "templates": asked})
    assert answer.status_code == 202, answer.text
    work(answer.json()["id"])
    result = client.get(f"/v1/jobs/{answer.json()['id']}/result").json()
    assert [template["name"] for template in result["templates"]] == ["revenue_growth", "moving_average"]
    kept = client.get(f"/v1/jobs/{answer.json()['id']}").json()["parameters"]["templates"]
    assert kept[1] == {"name": "moving_average", "parameters": {"window": 7, "grain": "day"}}

    problem(client.post("/v1/jobs/kpi", {"source": source, "templates": ["nix"]}), 404, "VYNT-2007")
    problem(client.post("/v1/jobs/kpi", {"source": source, "templates": [{"nam": "x"}]}), 422, "VYNT-1001")
    problem(client.post("/v1/jobs/kpi", {"source": source, "templates": "revenue_growth"}), 422, "VYNT-1001")
    bad = [{"name": "revenue_growth", "parameters": {"grain": "minute"}}]
    problem(client.post("/v1/analyze", {"source": source, "templates": bad}), 422, "VYNT-1005")
