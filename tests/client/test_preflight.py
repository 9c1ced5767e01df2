"""The SDK's preflight structs are those of the hub's API document."""

import json
from pathlib import Path

import msgspec
import pytest
from caerus_client import preflight

DOCUMENT = Path(__file__).parents[2] / "clients" / "packages" / "api" / "openapi.json"
SCHEMAS = json.loads(DOCUMENT.read_text())["components"]["schemas"]
STRUCTS = {
    "PreflightIn": preflight.PreflightReport,
    "PreflightSymbolIn": preflight.PreflightSymbol,
    "PreflightFinding": preflight.PreflightFinding,
    "Certificate": preflight.PreflightCertificate,
    "Preflight": preflight.PreflightAnswer,
}


@pytest.mark.parametrize(("schema", "struct"), STRUCTS.items())
def test_a_struct_has_the_fields_of_the_documents_schema(schema, struct):
    fields = {each.encode_name: each.required for each in msgspec.structs.fields(struct)}
    wanted = {name: name in SCHEMAS[schema]["required"] for name in SCHEMAS[schema]["properties"]}
    assert fields == wanted
