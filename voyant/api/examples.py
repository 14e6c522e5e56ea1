"""Answers as the manual shows them; a test holds them to the shapes they are of."""

from __future__ import annotations

from typing import Any

JOB_ID = "job_01k9zdp0w2xj6v8m4c3n5q7r9t"
SOURCE_ID = "src_01k9zdnyh4s8p2e6b0a1d3f5g7"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

JOB: dict[str, Any] = {
    "id": JOB_ID,
    "kind": "analyze",
    "status": "running",
    "progress": 37,
    "stage": "kpi",
    "parameters": {
        "source": {"kind": "url", "location": "https://example.com/orders.csv", "table": None, "query": None},
        "kpis": [],
        "templates": [],
        "time_column": None,
        "baseline": None,
        "baseline_source": None,
    },
    "source": "https://example.com/orders.csv",
    "degraded": [],
    "error": None,
    "created_at": "2026-01-05T09:30:00.120000Z",
    "started_at": "2026-01-05T09:30:00.480000Z",
    "finished_at": None,
    "queue_position": None,
}  # fmt: skip
JOBS = {"items": [JOB], "next_cursor": JOB_ID}
ARTIFACT = {
    "name": "profile.json",
    "type": "profile",
    "media_type": "application/json",
    "bytes": 18452,
    "sha256": SHA256,
    "uri": f"voyant://jobs/{JOB_ID}/artifacts/profile.json",
}
ARTIFACTS = {"items": [ARTIFACT], "next_cursor": None}
RESULT = {
    "job_id": JOB_ID,
    "kind": "analyze",
    "status": "completed",
    "degraded": [],
    "dataset": {
        "source": "https://example.com/orders.csv",
        "table": "orders",
        "rows": 541909,
        "columns": 8,
        "snapshot": "4358109269873137077",
    },
    "headline": "Revenue was 1.16 million in November 2011, 36.5% more than in October.",
    "findings": [
        {
            "id": "f1",
            "kind": "trend",
            "severity": "notice",
            "text": "Revenue rose by 36.5% from October to November 2011.",
            "evidence": ["kpis.json#/kpis/0/series"],
            "sql": "SELECT month, sum(amount) FROM orders GROUP BY month ORDER BY month",
            "caveat": None,
        }
    ],
    "quality": {"score": 0.93, "parts": {"completeness": 0.98}, "passed": 21, "failed": 2, "rules": []},
    "drift": {
        "verdict": "stable",
        "holds": True,
        "reference": "the last good run",
        "share": 0.0,
        "reason": "None of 8 columns differs from the last good run.",
        "summary": "Nothing drifted from the last good run.",
        "columns": [],
    },
    "gate": None,
    "kpis": [
        {
            "name": "revenue",
            "value": 1161817.38,
            "unit": None,
            "period": "2011-11",
            "base": 851137.27,
            "base_period": "2011-10",
            "change": 0.365,
            "caveat": None,
        }
    ],
    "contracts": [],
    "templates": [],
    "answers": {},
    "artifacts": [ARTIFACT],
    "manifest": {"name": "manifest.json", "sha256": SHA256},
    "omitted": {"how": "voyant_artifact narrative.json, manifest.json", "findings": 12},
    "next": [
        {
            "tool": "voyant_sql",
            "arguments": {"job_id": JOB_ID, "sql": "SELECT * FROM orders LIMIT 20"},
            "why": "Look at some records.",
        }
    ],
    "warnings": [],
}
EVENTS = (
    f'id: 12\nevent: step_started\ndata: {{"id":12,"job_id":"{JOB_ID}","kind":"step_started",'
    '"data":{"step":"profile","progress":12},"created_at":"2026-01-05T09:30:01.020000Z"}\n\n'
)
SOURCE = {
    "id": SOURCE_ID,
    "kind": "file",
    "name": "orders.csv",
    "tables": ["orders"],
    "fingerprint": SHA256,
    "created_at": "2026-01-05T09:29:58.700000Z",
    "jobs": [JOB_ID],
}
SOURCES = {"items": [SOURCE | {"jobs": []}], "next_cursor": None}
BASELINE = {
    "id": "bsl_01k9zdrb6vn8w4e2c0a1d3f5g7",
    "name": "january",
    "source": "orders.csv.gz",
    "source_id": SOURCE_ID,
    "table": "orders",
    "snapshot": "7216418024370134253",
    "rows": 541909,
    "columns": 9,
    "job": JOB_ID,
    "created_at": "2026-01-31T18:00:00.000000Z",
}
BASELINES = {"items": [BASELINE], "next_cursor": None}
HISTORY = {
    "items": [
        {
            "job": JOB_ID,
            "kind": "analyze",
            "table": "orders",
            "snapshot": "7216418024370134253",
            "rows": 541909,
            "columns": 9,
            "quality": 0.93,
            "parts": {"completeness": 0.98},
            "drift": 0.0,
            "verdict": "stable",
            "reference": "the last good run",
            "good": True,
            "finished_at": "2026-01-05T09:30:07.300000Z",
            "warnings": [],
        }
    ],
    "next_cursor": None,
}
DISCOVERY = {
    "hint": "postgresql://db.example/shop",
    "kind": "database",
    "format": None,
    "compression": None,
    "confidence": 1.0,
    "needs": ["the extra 'postgresql'", "credentials", "a table or a query"],
    "files": None,
    "bytes": None,
    "problem": None,
}
ESTIMATE = {
    "source": "orders.csv",
    "bytes": 45580638,
    "rows": 541909,
    "columns": 8,
    "seconds": 5.9,
    "disk_bytes": 18232255,
    "tokens": 2000,
    "notes": ["Rows, seconds and disk are estimates from a sample of the source."],
}
QUERY_RESULT = {
    "columns": [{"name": "country", "type": "VARCHAR"}, {"name": "revenue", "type": "DECIMAL(38,2)"}],
    "rows": [["Netherlands", 285446.34]],
    "omitted": {},
}
TABLES = {
    "items": [
        {"name": "orders", "rows": 541909, "columns": 9, "source": "orders.csv.gz", "snapshot": "7216418024370134253"}
    ],
    "next_cursor": None,
}
COLUMNS = {
    "items": [
        {
            "name": "country",
            "type": "VARCHAR",
            "original_name": "Country",
            "kind": "text",
            "role": "geography",
            "unit": None,
            "personal": None,
            "nullable": False,
        }
    ],
    "next_cursor": None,
}
READINESS = {
    "ready": True,
    "dependencies": [{"name": "database", "ok": True, "milliseconds": 0.4, "problem": None}],
}

METRICS = """# HELP voyant_queue_length Durable jobs that wait for their turn.
# TYPE voyant_queue_length gauge
voyant_queue_length 3.0
"""

CONTRACT = {
    "id": "orders",
    "version": "1.0.0",
    "name": "orders",
    "status": "active",
    "action": "block",
    "tables": ["orders"],
    "source": None,
    "created_at": "2026-01-05T09:30:00.120000Z",
    "activated_at": "2026-01-05T09:31:00.480000Z",
}
CONTRACTS = {"items": [CONTRACT], "next_cursor": None}
CONTRACT_DOCUMENT = {
    "apiVersion": "v3.2.0",
    "kind": "DataContract",
    "id": "orders",
    "name": "orders",
    "version": "1.0.0",
    "status": "draft",
    "schema": [
        {
            "name": "orders",
            "properties": [
                {"name": "order_id", "logicalType": "integer", "primaryKey": True},
                {"name": "amount", "logicalType": "number", "logicalTypeOptions": {"minimum": 0}, "required": True},
            ],
        }
    ],
    "customProperties": [{"property": "voyantOnViolation", "value": "block"}],
}
COVERAGE = {
    "elements": [
        {"path": "schema/orders/properties/amount/required", "clauses": ["orders.amount:required"], "reason": None},
        {"path": "team", "clauses": [], "reason": "people are no rows"},
    ]
}
CONTRACT_DIFF = {
    "old": "orders@1.0.0",
    "new": "orders@1.1.0",
    "changes": [
        {
            "element": "orders.amount minimum",
            "kind": "loosened",
            "before": 1,
            "after": 0,
            "breaking": True,
            "bump": "major",
            "reason": "What readers relied on may no longer hold.",
        }
    ],
    "breaking": True,
    "bump": "major",
    "wanted": "2.0.0",
    "sufficient": False,
}

TEMPLATES = {
    "items": [
        {
            "name": "revenue_growth",
            "title": "Revenue by period and its growth",
            "description": "What came in during each period, and how much more that was than in the period before.",
            "fit": {
                "template": "revenue_growth",
                "title": "Revenue by period and its growth",
                "fits": True,
                "parameters": {"time": "ordered_at", "amount": "amount", "grain": "month", "as_of": "2011-12-09"},
                "reasons": {"amount": "is called an amount, or is one of money, and adds up"},
                "missing": {},
            },
        }
    ],
    "next_cursor": None,
}
_OUTPUT = {"name": "revenue", "type": "number", "description": "The sum of the amounts.", "unit": "GBP", "when": None}
TEMPLATE = {
    "name": "revenue_growth",
    "title": "Revenue by period and its growth",
    "description": "What came in during each period, and how much more that was than in the period before.",
    "parameters": [
        {
            "name": "grain",
            "kind": "grain",
            "description": "The length of a period.",
            "required": False,
            "default": None,
            "types": [],
            "shown": False,
            "choices": ["day", "week", "month", "quarter", "year"],
            "minimum": None,
            "maximum": None,
        }
    ],
    "columns": [_OUTPUT | {"unit": "{amount}"}],
    "notes": ["A period without rows counts 0."],
}
RENDERED = {
    "template": "revenue_growth",
    "title": "Revenue by period and its growth",
    "table": "orders",
    "parameters": {"time": "ordered_at", "amount": "amount", "grain": "month", "as_of": "2011-11-30"},
    "found": {"time": "says when a row happened"},
    "columns": [_OUTPUT],
    "sql": "WITH events AS ( … ) SELECT period, revenue, … FROM compared ORDER BY period",
    "trino": "WITH events AS ( … ) SELECT period, revenue, … FROM compared ORDER BY period",
    "notes": ["A period without rows counts 0."],
}
PRESET_SUMMARY = {
    "name": "financial.revenue_analysis",
    "title": "Revenue",
    "description": "How much came in, period by period: its change and what carries it, and what comes next.",
    "requires": ["time", "revenue"],
    "own": False,
}
PRESETS = {"items": [PRESET_SUMMARY], "next_cursor": None}
PRESET = {
    "name": "financial.revenue_analysis",
    "title": "Revenue",
    "description": "How much came in, period by period: its change and what carries it, and what comes next.",
    "parameters": [
        {
            "name": "amount",
            "kind": "column",
            "description": "what a row brought in",
            "required": True,
            "default": None,
            "found": "by_name",
            "roles": ["measure"],
            "types": [],
            "aggregations": ["sum"],
            "words": ["revenue", "amount"],
            "without": ["cost"],
            "repeats": False,
            "most": 3,
            "choices": [],
            "minimum": None,
            "maximum": None,
            "whole": False,
        }
    ],
    "terms": [],
    "steps": {"kpis": [{"name": "revenue", "sql": "sum({amount})"}]},
}
