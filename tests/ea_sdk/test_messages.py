"""The README against the sources: every message and input that it explains exists, and it explains every one there is."""

import re
from pathlib import Path

import pytest

from tests.ea_sdk.build import SDK

README = (SDK / "README.md").read_text()
SOURCES = [path.read_text() for path in sorted([*SDK.glob("include/*.mqh"), *SDK.glob("examples/*.mq5")])]
TEXT = r'"(?:\\.|[^"\\])*"'
LETTER = r"'(?:\\.|[^'\\])'"
# where a text is meant for whoever runs the terminal
SHOWN = re.compile(
    r'\b(?:Print|Alert|Say|Complain|CaerusOver)\(|\b(?:ack\.error|m_detail) = |\breturn (?:bound\b|"[^"]* \w)'
)


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def spans(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def statements(source: str) -> list[str]:
    """Without comments and directives. A text may hold what ends a statement."""
    code = re.sub(
        rf"({TEXT}|{LETTER})|//[^\n]*|^#[^\n]*", lambda found: found[1] or "", source, flags=re.MULTILINE
    )
    return re.findall(rf"(?:{TEXT}|{LETTER}|[^;{{}}\"'])+", code)


def letters(text: str) -> str:
    """A message, or a part of one, without who says it and without what stands between parts."""
    return re.sub(r"^(caerus|courier): ", "", text, flags=re.IGNORECASE).strip(" :,.")


def texts(statement: str) -> set[str]:
    found = {letters(text[1:-1]) for text in re.findall(TEXT, re.sub(LETTER, "", statement))}
    return {text for text in found if re.search("[A-Za-z]{3}", text)}


REASONS = set(
    re.findall(
        r'return "(\w+)"', "".join(SOURCES).partition("string CaerusReason(")[2].partition("\n  }\n")[0]
    )
)
MESSAGES = [span for row in rows("Messages") for span in spans(row[0])]


def test_every_message_of_the_readme_is_one_of_the_sources() -> None:
    known = {text for source in SOURCES for each in statements(source) for text in texts(each)}
    reason = rf"\b({'|'.join(sorted(REASONS))})\b"
    parts = {
        letters(part)
        for message in MESSAGES
        for part in re.split(rf"\.\.\.|-?\d+|\bN\b|{reason}", message)
        if part
    }
    missing = [part for part in parts if len(part) > 2 and not any(part in text for text in known)]
    assert missing == []
    assert len(parts) > 60


def test_every_message_of_the_sources_is_in_the_readme() -> None:
    said = [SHOWN.search(each) for source in SOURCES for each in statements(source)]
    shown = {text for found in said if found for text in texts(found.string[found.start() :])}
    assert len(shown) > 45
    wanted = shown | (REASONS - {"ok", "unknown"})
    assert sorted(text for text in wanted if not any(text in message for message in MESSAGES)) == []


@pytest.mark.parametrize("program", ["ReferenceEA", "CourierService"])
def test_the_inputs_of_the_readme_are_those_of_the_program(program: str) -> None:
    source = (Path(SDK) / "examples" / f"{program}.mq5").read_text()
    known = {
        name: value.strip('"').removeprefix("CAERUS_").lower()
        for name, value in re.findall(r"^input \w+ (\w+) = (.*?);", source, re.MULTILINE)
    }
    written = {
        name: row[1].strip("`").lower() for row in rows(f"Inputs of {program}") for name in spans(row[0])
    }
    assert written == known
    assert len(known) > 4
