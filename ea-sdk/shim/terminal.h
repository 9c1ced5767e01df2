// MQL5's questions to the terminal about account, symbol, orders, positions and history.
#pragma once
#include "broker.h"

inline std::string ShimEnv(const char *name, const char *other) {
  const char *given = std::getenv(name);
  return given ? given : other;
}
inline const std::string &ShimSymbol() {
  static std::string name = ShimEnv("SHIM_SYMBOL", "XAUUSD");
  return name;
}

inline long AccountInfoInteger(ENUM_ACCOUNT_INTEGER what) {
  switch (what) {
    case ACCOUNT_LOGIN: return std::atol(ShimEnv("SHIM_LOGIN", "7001").c_str());
    case ACCOUNT_TRADE_MODE: return ACCOUNT_TRADE_MODE_DEMO;
    case ACCOUNT_LEVERAGE: return 100;
    case ACCOUNT_MARGIN_MODE: return std::getenv("SHIM_NETTING") ? ACCOUNT_MARGIN_MODE_RETAIL_NETTING : ACCOUNT_MARGIN_MODE_RETAIL_HEDGING;
    default: return 1;
  }
}
inline double AccountInfoDouble(ENUM_ACCOUNT_DOUBLE what) {
  const ShimBroker &b = ShimBroker::The();
  double margin = 0;
  for (const auto &p : b.positions) margin += p.price * 100 * p.volume / 100;
  switch (what) {
    case ACCOUNT_BALANCE: return b.balance;
    case ACCOUNT_EQUITY: return b.Equity();
    case ACCOUNT_MARGIN: return margin;
    case ACCOUNT_MARGIN_FREE: return b.Equity() - margin;
    default: return 0;
  }
}
inline string AccountInfoString(ENUM_ACCOUNT_STRING what) {
  return string::Of(what == ACCOUNT_SERVER ? ShimEnv("SHIM_SERVER", "Shim-Demo") : "USD");
}
inline long TerminalInfoInteger(ENUM_TERMINAL_INTEGER what) { return what == TERMINAL_CONNECTED ? ShimBroker::The().connected : ShimBroker::The().algo; }
inline long MQLInfoInteger(ENUM_MQL_INTEGER) { return 1; }
inline bool IsStopped();

inline bool SymbolSelect(const string &name, bool) {
  if (name.utf8() != ShimSymbol()) return false;
  ShimBroker::The().Watch(name.utf8());
  return true;
}
// SHIM_FILLING: the symbol's SYMBOL_FILLING_MODE.
inline long SymbolInfoInteger(const string &, ENUM_SYMBOL_INTEGER what) {
  switch (what) {
    case SYMBOL_DIGITS: return 2;
    case SYMBOL_FILLING_MODE: return std::atol(ShimEnv("SHIM_FILLING", "3").c_str());
    case SYMBOL_TRADE_EXEMODE: return SYMBOL_TRADE_EXECUTION_MARKET;
    case SYMBOL_TRADE_MODE: return SYMBOL_TRADE_MODE_FULL;
    case SYMBOL_EXPIRATION_MODE: return std::getenv("SHIM_NO_EXPIRY") ? SYMBOL_EXPIRATION_GTC : SYMBOL_EXPIRATION_GTC | SYMBOL_EXPIRATION_SPECIFIED;
    default: return 0;
  }
}
inline double SymbolInfoDouble(const string &, ENUM_SYMBOL_DOUBLE what) {
  switch (what) {
    case SYMBOL_VOLUME_MIN: case SYMBOL_VOLUME_STEP: return std::atof(ShimEnv("SHIM_VOLUME_STEP", "0.01").c_str());
    case SYMBOL_VOLUME_MAX: case SYMBOL_TRADE_CONTRACT_SIZE: return 100;
    case SYMBOL_TRADE_TICK_VALUE: return 1;
    case SYMBOL_BID: return ShimBroker::The().bid;
    case SYMBOL_ASK: return ShimBroker::The().ask;
    default: return 0.01;
  }
}
inline string SymbolInfoString(const string &, ENUM_SYMBOL_STRING) { return "USD"; }
// SHIM_ALSO_QUOTED: symbols at the same prices, `;` between. Before its first tick a symbol has one that is all noughts.
inline bool SymbolInfoTick(const string &name, MqlTick &tick) {
  const ShimBroker &b = ShimBroker::The();
  long at = b.ticked > 0 ? static_cast<long>(1000 * b.ticked) + 1000 * SHIM_BROKER_EAST : 1000 * TimeCurrent();
  tick = b.bid > 0 && b.Watched(name.utf8()) ? MqlTick{at / 1000, b.bid, b.ask, at} : MqlTick{};
  std::string known = ";" + ShimSymbol() + ";" + ShimEnv("SHIM_ALSO_QUOTED", "") + ";";
  return known.find(";" + name.utf8() + ";") != std::string::npos;
}

// What was selected last, as the terminal keeps it.
inline ShimPosition &ShimHeld() {
  static ShimPosition held;
  return held;
}
inline ShimOrder &ShimWaiting() {
  static ShimOrder waiting;
  return waiting;
}
inline int PositionsTotal() { return static_cast<int>(ShimBroker::The().positions.size()); }
inline ulong PositionGetTicket(int i) {
  if (i < 0 || i >= PositionsTotal()) return 0;
  ShimHeld() = ShimBroker::The().positions[static_cast<size_t>(i)];
  return ShimHeld().ticket;
}
inline bool PositionSelectByTicket(ulong ticket) {
  for (int i = 0; i < PositionsTotal(); i++)
    if (PositionGetTicket(i) == ticket) return true;
  return false;
}
inline long PositionGetInteger(ENUM_POSITION_INTEGER what) {
  return what == POSITION_TYPE ? ShimHeld().type : what == POSITION_TIME ? ShimHeld().opened : ShimHeld().magic;
}
inline double PositionGetDouble(ENUM_POSITION_DOUBLE what) {
  const ShimPosition &p = ShimHeld();
  const ShimBroker &b = ShimBroker::The();
  switch (what) {
    case POSITION_VOLUME: return p.volume;
    case POSITION_PRICE_OPEN: return p.price;
    case POSITION_PRICE_CURRENT: return ShimBroker::Buys(p.type) ? b.bid : b.ask;
    case POSITION_SL: return p.sl;
    case POSITION_TP: return p.tp;
    case POSITION_PROFIT: return b.Gain(p);
    default: return 0;
  }
}
inline string PositionGetString(ENUM_POSITION_STRING what) { return string::Of(what == POSITION_SYMBOL ? ShimSymbol() : ShimHeld().comment); }

inline int OrdersTotal() { return static_cast<int>(ShimBroker::The().orders.size()); }
inline ulong OrderGetTicket(int i) {
  if (i < 0 || i >= OrdersTotal()) return 0;
  ShimWaiting() = ShimBroker::The().orders[static_cast<size_t>(i)];
  return ShimWaiting().ticket;
}
inline long OrderGetInteger(ENUM_ORDER_INTEGER what) { return what == ORDER_TYPE ? ShimWaiting().type : what == ORDER_MAGIC ? ShimWaiting().magic : ShimWaiting().state; }
inline double OrderGetDouble(ENUM_ORDER_DOUBLE what) { return what == ORDER_PRICE_OPEN ? ShimWaiting().price : ShimWaiting().volume; }
inline string OrderGetString(ENUM_ORDER_STRING what) { return string::Of(what == ORDER_SYMBOL ? ShimSymbol() : ShimWaiting().comment); }

// The history between the times that were selected last.
struct ShimHistory {
  std::vector<ShimOrder> orders;
  std::vector<ShimDeal> deals;
  static ShimHistory &The() {
    static ShimHistory history;
    return history;
  }
  const ShimDeal &Deal(ulong ticket) const {
    static ShimDeal none;
    for (const auto &d : deals)
      if (d.ticket == ticket) return d;
    return none;
  }
  const ShimOrder &Order(ulong ticket) const {
    static ShimOrder none;
    for (const auto &o : orders)
      if (o.ticket == ticket) return o;
    return none;
  }
};
inline bool HistorySelect(datetime from, datetime to) {
  ShimHistory &h = ShimHistory::The();
  h = ShimHistory();
  if (from < 0) return false;
  for (const auto &o : ShimBroker::The().past)
    if (ShimBroker::The().Booked(o) && o.placed >= from && o.placed <= to) h.orders.push_back(o);
  for (const auto &d : ShimBroker::The().deals)
    if (d.at >= from && d.at <= to) h.deals.push_back(d);
  return true;
}
inline int HistoryDealsTotal() { return static_cast<int>(ShimHistory::The().deals.size()); }
inline ulong HistoryDealGetTicket(int i) { return i < 0 || i >= HistoryDealsTotal() ? 0 : ShimHistory::The().deals[static_cast<size_t>(i)].ticket; }
inline long HistoryDealGetInteger(ulong ticket, ENUM_DEAL_INTEGER what) {
  const ShimDeal &d = ShimHistory::The().Deal(ticket);
  switch (what) {
    case DEAL_POSITION_ID: return static_cast<long>(d.position);
    case DEAL_TIME: return d.at;
    case DEAL_TYPE: return d.type;
    case DEAL_ENTRY: return d.entry;
    default: return d.reason;
  }
}
inline double HistoryDealGetDouble(ulong ticket, ENUM_DEAL_DOUBLE what) {
  const ShimDeal &d = ShimHistory::The().Deal(ticket);
  return what == DEAL_VOLUME ? d.volume : what == DEAL_PRICE ? d.price : what == DEAL_PROFIT ? d.profit : 0;
}
inline string HistoryDealGetString(ulong ticket, ENUM_DEAL_STRING what) {
  return string::Of(what == DEAL_SYMBOL ? ShimSymbol() : ShimHistory::The().Deal(ticket).comment);
}
inline int HistoryOrdersTotal() { return static_cast<int>(ShimHistory::The().orders.size()); }
inline ulong HistoryOrderGetTicket(int i) { return i < 0 || i >= HistoryOrdersTotal() ? 0 : ShimHistory::The().orders[static_cast<size_t>(i)].ticket; }
inline long HistoryOrderGetInteger(ulong ticket, ENUM_ORDER_INTEGER what) {
  const ShimOrder &o = ShimHistory::The().Order(ticket);
  return what == ORDER_POSITION_ID ? static_cast<long>(o.position) : what == ORDER_STATE ? o.state : what == ORDER_MAGIC ? o.magic : o.type;
}
inline string HistoryOrderGetString(ulong ticket, ENUM_ORDER_STRING what) {
  return string::Of(what == ORDER_SYMBOL ? ShimSymbol() : ShimHistory::The().Order(ticket).comment);
}
