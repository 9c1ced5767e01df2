// Trade requests against the simulated broker, and what goes wrong with them.
//
// SHIM_TRADE makes the process's first request go wrong: `die-before`, `die-after` (the process is killed around the broker's
// booking), `stopped` (in that moment the program is told to end), `lost` and `late` (no answer; not executed, executed),
// `reject`. SHIM_CLOSE and SHIM_DELETE are the outcomes of closing orders and of deletions, one after the other, `,` between; the
// last one stays when `*` stands behind it.
#pragma once
#include <csignal>
#include "terminal.h"

struct MqlTradeRequest {
  ENUM_TRADE_REQUEST_ACTIONS action;
  ulong magic, order, position, deviation;
  string symbol, comment;
  double volume, price, sl, tp;
  ENUM_ORDER_TYPE type;
  ENUM_ORDER_TYPE_FILLING type_filling;
};
struct MqlTradeResult {
  uint retcode;
  ulong deal, order;
  double volume, price;
  string comment;
};
template <class T> void ZeroMemory(T &value) { value = T{}; }

inline bool ShimTaken(uint retcode) {
  return retcode == TRADE_RETCODE_DONE || retcode == TRADE_RETCODE_PLACED || retcode == TRADE_RETCODE_DONE_PARTIAL;
}

inline bool ShimFirst() {
  static bool first = true;
  return std::exchange(first, false);
}

// The broker's answer to what `act` does to its books.
template <class Act> uint ShimDo(Act act) {
  std::string wrong = ShimFirst() ? ShimEnv("SHIM_TRADE", "") : "";
  ShimBroker &b = ShimBroker::The();
  if (wrong == "die-before") std::raise(SIGKILL);
  if (wrong == "stopped") std::raise(SIGTERM);
  if (IsStopped()) return TRADE_RETCODE_CLIENT_DISABLES_AT;
  if (wrong == "lost") return TRADE_RETCODE_TIMEOUT;
  if (wrong == "reject") return TRADE_RETCODE_REJECT;
  if (!b.connected) return TRADE_RETCODE_CONNECTION;
  uint retcode = act(b);
  b.Save();
  if (wrong == "die-after") std::raise(SIGKILL);
  return wrong == "late" ? static_cast<uint>(TRADE_RETCODE_TIMEOUT) : retcode;
}

// The next word of a list; "" when there is none left.
inline std::string ShimNext(const char *list) {
  static std::map<std::string, std::string> left;
  auto found = left.try_emplace(list, ShimEnv(list, "")).first;
  std::string &rest = found->second;
  std::string word = rest.substr(0, rest.find(','));
  if (!word.empty() && word.back() == '*') return word.substr(0, word.size() - 1);
  rest = rest.size() > word.size() ? rest.substr(word.size() + 1) : "";
  return word;
}
inline uint ShimRefusal(const std::string &word) {
  static const std::map<std::string, uint> known = {
      {"requote", TRADE_RETCODE_REQUOTE},       {"price-off", TRADE_RETCODE_PRICE_OFF}, {"frozen", TRADE_RETCODE_FROZEN},
      {"market-closed", TRADE_RETCODE_MARKET_CLOSED}, {"too-many", TRADE_RETCODE_TOO_MANY_REQUESTS}};
  auto found = known.find(word);
  return found == known.end() ? 0 : found->second;
}

// Closes a position; nothing else is sent so. `moved`: the price is 100 points away by now. `part`: there is a buyer for half,
// which an order that wants all or nothing (FOK) does not get.
inline uint ShimClosed(ShimBroker &b, const MqlTradeRequest &request, MqlTradeResult &result) {
  for (const auto &p : b.positions) {
    if (p.ticket != request.position) continue;
    bool fok = request.type_filling == ORDER_FILLING_FOK, ioc = request.type_filling == ORDER_FILLING_IOC;
    long modes = SymbolInfoInteger("", SYMBOL_FILLING_MODE);
    if ((fok && !(modes & SYMBOL_FILLING_FOK)) || (ioc && !(modes & SYMBOL_FILLING_IOC))) return TRADE_RETCODE_INVALID_FILL;
    std::string word = ShimNext("SHIM_CLOSE");
    if (uint refusal = ShimRefusal(word)) return refusal;
    if (word == "moved" && request.deviation < 100) return TRADE_RETCODE_REQUOTE;
    if (word == "part" && fok) return TRADE_RETCODE_REJECT;
    if (request.volume > p.volume + 1e-8) return TRADE_RETCODE_INVALID_CLOSE_VOLUME;
    bool part = word == "part";
    result.volume = part ? std::round(request.volume * 50) / 100 : request.volume;
    b.Close(p.ticket, ShimBroker::Buys(p.type) ? b.bid : b.ask, DEAL_REASON_EXPERT, static_cast<long>(request.magic), result.volume);
    return part ? TRADE_RETCODE_DONE_PARTIAL : TRADE_RETCODE_DONE;
  }
  return TRADE_RETCODE_POSITION_CLOSED;
}
inline bool OrderSend(const MqlTradeRequest &request, MqlTradeResult &result) {
  result.retcode = ShimDo([&](ShimBroker &b) -> uint {
    return request.action == TRADE_ACTION_DEAL ? ShimClosed(b, request, result) : static_cast<uint>(TRADE_RETCODE_INVALID);
  });
  result.comment = "answered";
  return ShimTaken(result.retcode);
}
