"""Agents give contracts with their data, and are told which rows break them."""

from __future__ import annotations

from pathlib import Path

from tests.governance.contracts.documents import action, column, document
from tests.mcp.agent import Agent
from voyant.governance.contracts import contract_of, yaml_of


def test_data_are_held_against_a_contract(agent: Agent, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("amount\n1\n-2\n3\n")
    promised = document(column("amount", logicalTypeOptions={"minimum": 0}), customProperties=action("quarantine"))
    text = yaml_of(contract_of(promised))
    result = agent("voyant_ingest", source=str(path), contract=text)
    assert result["contracts"][0]["outcome"] == "quarantined"
    assert result["dataset"]["rows"] == 2
    error = agent.fail("voyant_quality", source=str(path), contract=text.replace("quarantine", "block"))
    assert error["code"] == "VYNT-7001"
    assert error["data"]["broken"][0]["rows"] == [{"row": 2, "values": {"amount": -2}}]
    assert agent.fail("voyant_analyze", source=str(path), contract="none@1.0.0")["code"] == "VYNT-2005"
