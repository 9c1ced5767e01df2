"""The files stay in the part of MQL5 that was agreed: what g++ takes is not enough, MetaEditor must take it too."""

import re
from pathlib import Path

import pytest

from tests.ea_sdk.build import SDK

FILES = sorted([*SDK.glob("include/*.mqh"), *SDK.glob("examples/*.mq5")])
BUILT_IN = """
    AccountInfoDouble AccountInfoInteger AccountInfoString Alert ArrayResize ArraySize CharArrayToString DoubleToString
    EventKillTimer EventSetMillisecondTimer FileClose FileDelete FileFlush FileIsExist FileMove FileOpen FileReadArray
    FileSeek FileSize FileWriteArray GetLastError GetMicrosecondCount GetTickCount64 HistoryDealGetDouble
    HistoryDealGetInteger HistoryDealGetString HistoryDealGetTicket HistoryDealsTotal HistoryOrderGetInteger
    HistoryOrderGetString HistoryOrderGetTicket HistoryOrdersTotal HistorySelect IntegerToString IsStopped
    MQLInfoInteger MathAbs MathMax MathMin MathPow MathRand MathRound MathSrand NormalizeDouble OrderGetDouble
    OrderGetInteger OrderGetString OrderGetTicket OrderSend OrdersTotal PositionGetDouble PositionGetInteger PositionGetString
    PositionGetTicket PositionSelectByTicket PositionsTotal Print ResetLastError ShortToString Sleep StringFind
    StringGetCharacter StringLen StringSplit StringSubstr StringToCharArray StringToDouble StringToInteger StringToLower
    StringTrimLeft StringTrimRight StructToTime SymbolInfoDouble SymbolInfoInteger SymbolInfoString SymbolInfoTick
    SymbolSelect TerminalInfoInteger TimeGMT TimeLocal TimeToStruct TimeTradeServer WebRequest
    ZeroMemory
"""
OF_CTRADE = """
    Buy BuyLimit BuyStop OrderDelete ResultOrder ResultRetcode ResultRetcodeDescription Sell SellLimit
    SellStop SetDeviationInPoints SetExpertMagicNumber SetTypeFillingBySymbol
"""
WORDS = {"if", "while", "for", "switch", "return", "ARRAY", "ARRAY_REF", "sizeof"}


def code(path: Path) -> str:
    """Without comments, texts and letters."""
    text = re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])\'', '""', path.read_text())
    return re.sub(r"//[^\n]*", "", text)


def test_every_function_that_is_called_is_ours_or_the_terminals() -> None:
    everything = "\n".join(code(path) for path in FILES)
    defined = set(
        re.findall(r"^[\w &*~]*?\b(\w+)\([^;]*?\)\s*(?:const)?\s*(?::[^{;]*)?\{", everything, re.MULTILINE)
    )
    called = set(re.findall(r"\b(\w+)\(", everything))
    members = set(re.findall(r"\bm_\w+", everything))
    casts = {"int", "uint", "uchar", "char", "ulong", "long", "ushort", "datetime", "double", "string"}
    assert (
        called - defined - set(BUILT_IN.split()) - set(OF_CTRADE.split()) - WORDS - casts - members == set()
    )
    assert len(defined) > 100


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_that_only_one_of_the_two_compilers_knows(path: Path) -> None:
    text = code(path)
    for word in (
        "std::",
        "->",
        "nullptr",
        "template",
        "auto ",
        " new ",
        "delete ",
        "Shim",
        "SHIM",
        "size_t",
        "&&&",
    ):
        assert word not in text, word
    # arrays without a length are spelt with the two macros; properties are for MetaEditor alone
    lines = [line for line in text.splitlines() if not line.startswith("#define ARRAY")]
    assert not [line for line in lines if re.search(r"\w\[\]", line)]
    shown = re.sub(r"#ifdef __MQL5__.*?#endif", "", text, flags=re.DOTALL)
    assert "#property" not in shown
    assert path.read_text().isascii()
