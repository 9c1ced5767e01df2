// What the hub is told of the account: a snapshot (sums, positions, orders, deals) and, once, the preflight report.
#ifndef CAERUS_REPORT_MQH
#define CAERUS_REPORT_MQH

#include "caerus_broker.mqh"
#include "caerus_models.mqh"

#define CAERUS_DEALS 500
#define CAERUS_QUOTES 20

string CaerusMoney(const double amount) { return DoubleToString(amount, 2); }

string CaerusSide(const long type) { return type % 2 == 0 ? "buy" : "sell"; }

string CaerusQuote(const string symbol, const double price)
  {
   return DoubleToString(price, symbol == "" ? 2 : (int)SymbolInfoInteger(symbol, SYMBOL_DIGITS));
  }

// As text; broker time put into UTC.
string CaerusUtc(const long broker_time) { return CaerusRfc3339((datetime)(broker_time - CaerusBrokerEast())); }

// The same of a time in milliseconds, which ticks have.
string CaerusUtcMilliseconds(const long broker_time)
  {
   return StringSubstr(CaerusUtc(broker_time / 1000), 0, 19) + "." + IntegerToString(broker_time % 1000, 3, '0') + "Z";
  }

string CaerusKind()
  {
   long mode = AccountInfoInteger(ACCOUNT_TRADE_MODE);
   return mode == ACCOUNT_TRADE_MODE_REAL ? "real" : mode == ACCOUNT_TRADE_MODE_CONTEST ? "contest" : "demo";
  }

// What a snapshot and a preflight report begin with.
void CaerusWriteAccount(CCaerusWriter &w, CCaerusClock &clock)
  {
   bool hedging = AccountInfoInteger(ACCOUNT_MARGIN_MODE) == ACCOUNT_MARGIN_MODE_RETAIL_HEDGING;
   w.Integer("seq", clock.Sequence());
   w.String("time", CaerusRfc3339(clock.Now()));
   w.String("server", AccountInfoString(ACCOUNT_SERVER));
   w.String("login", IntegerToString(AccountInfoInteger(ACCOUNT_LOGIN)));
   w.String("currency", AccountInfoString(ACCOUNT_CURRENCY));
   w.String("mode", hedging ? "hedging" : "netting");
   w.String("kind", CaerusKind());
   w.Integer("leverage", AccountInfoInteger(ACCOUNT_LEVERAGE));
   w.Bool("connected", TerminalInfoInteger(TERMINAL_CONNECTED) != 0);
   w.Bool("trade_allowed", AccountInfoInteger(ACCOUNT_TRADE_ALLOWED) != 0);
   w.Bool("algo_allowed", TerminalInfoInteger(TERMINAL_TRADE_ALLOWED) != 0 && MQLInfoInteger(MQL_TRADE_ALLOWED) != 0
          && AccountInfoInteger(ACCOUNT_TRADE_EXPERT) != 0);
  }

// The position that is selected.
void CaerusWritePosition(CCaerusWriter &w, const ulong ticket)
  {
   string symbol = PositionGetString(POSITION_SYMBOL);
   double stop = PositionGetDouble(POSITION_SL), target = PositionGetDouble(POSITION_TP);
   w.Open("", "{");
   w.String("ticket", IntegerToString((long)ticket));
   w.String("symbol", symbol);
   w.String("side", CaerusSide(PositionGetInteger(POSITION_TYPE)));
   w.String("volume", CaerusVolume(PositionGetDouble(POSITION_VOLUME)));
   w.String("open_price", CaerusQuote(symbol, PositionGetDouble(POSITION_PRICE_OPEN)));
   w.String("price", CaerusQuote(symbol, PositionGetDouble(POSITION_PRICE_CURRENT)));
   w.String("profit", CaerusMoney(PositionGetDouble(POSITION_PROFIT)));
   w.String("swap", CaerusMoney(PositionGetDouble(POSITION_SWAP)));
   w.String("opened_at", CaerusUtc(PositionGetInteger(POSITION_TIME)));
   if(stop > 0.0)
      w.String("stop", CaerusQuote(symbol, stop));
   if(target > 0.0)
      w.String("target", CaerusQuote(symbol, target));
   w.String("comment", PositionGetString(POSITION_COMMENT));
   w.Close("}");
  }

// The order that is selected.
void CaerusWriteOrder(CCaerusWriter &w, const ulong ticket)
  {
   string symbol = OrderGetString(ORDER_SYMBOL);
   w.Open("", "{");
   w.String("ticket", IntegerToString((long)ticket));
   w.String("symbol", symbol);
   w.String("side", CaerusSide(OrderGetInteger(ORDER_TYPE)));
   w.String("volume", CaerusVolume(OrderGetDouble(ORDER_VOLUME_CURRENT)));
   w.String("price", CaerusQuote(symbol, OrderGetDouble(ORDER_PRICE_OPEN)));
   w.String("comment", OrderGetString(ORDER_COMMENT));
   w.Close("}");
  }

string CaerusDealReason(const long reason)
  {
   if(reason == DEAL_REASON_TP)
      return "tp";
   if(reason == DEAL_REASON_SL)
      return "sl";
   if(reason == DEAL_REASON_SO)
      return "so";
   if(reason == DEAL_REASON_EXPERT)
      return "expert";
   return reason == DEAL_REASON_CLIENT || reason == DEAL_REASON_MOBILE || reason == DEAL_REASON_WEB ? "client"
          : "unknown";
  }

// A deal of the selected history. Money that is paid in or out is of kind `balance`.
void CaerusWriteDeal(CCaerusWriter &w, const ulong deal)
  {
   long type = HistoryDealGetInteger(deal, DEAL_TYPE), entry = HistoryDealGetInteger(deal, DEAL_ENTRY);
   bool trade = type == DEAL_TYPE_BUY || type == DEAL_TYPE_SELL;
   bool money = type == DEAL_TYPE_BALANCE || type == DEAL_TYPE_CREDIT || type == DEAL_TYPE_BONUS;
   string symbol = HistoryDealGetString(deal, DEAL_SYMBOL);
   w.Open("", "{");
   w.String("deal", IntegerToString((long)deal));
   w.String("at", CaerusUtc(HistoryDealGetInteger(deal, DEAL_TIME)));
   w.String("kind", money ? "balance" : "trade");
   w.String("profit", CaerusMoney(HistoryDealGetDouble(deal, DEAL_PROFIT)));
   if(trade)
     {
      w.String("ticket", IntegerToString(HistoryDealGetInteger(deal, DEAL_POSITION_ID)));
      w.String("direction", entry == DEAL_ENTRY_IN ? "in" : entry == DEAL_ENTRY_INOUT ? "inout" : "out");
      w.String("side", CaerusSide(type));
      w.String("symbol", symbol);
      w.String("volume", CaerusVolume(HistoryDealGetDouble(deal, DEAL_VOLUME)));
      w.String("price", CaerusQuote(symbol, HistoryDealGetDouble(deal, DEAL_PRICE)));
      w.String("swap", CaerusMoney(HistoryDealGetDouble(deal, DEAL_SWAP)));
      w.String("commission", CaerusMoney(HistoryDealGetDouble(deal, DEAL_COMMISSION)));
      w.String("reason", CaerusDealReason(HistoryDealGetInteger(deal, DEAL_REASON)));
      w.String("comment", HistoryDealGetString(deal, DEAL_COMMENT));
     }
   w.Close("}");
  }

// The last tick of a symbol. `quoted` has the names of those that are written, each between semicolons.
void CaerusWriteTick(CCaerusWriter &w, const string symbol, string &quoted, int &count)
  {
   MqlTick tick;
   if(symbol == "" || count >= CAERUS_QUOTES || StringFind(quoted, ";" + symbol + ";") >= 0)
      return;
   if(!SymbolInfoTick(symbol, tick) || tick.time_msc <= 0 || tick.bid <= 0.0 || tick.ask <= 0.0)
      return;
   w.Open("", "{");
   w.String("symbol", symbol);
   w.String("bid", CaerusQuote(symbol, tick.bid));
   w.String("ask", CaerusQuote(symbol, tick.ask));
   w.String("time", CaerusUtcMilliseconds(tick.time_msc));
   w.Close("}");
   quoted += symbol + ";";
   count++;
  }

// Of what is open first: the hub refuses a snapshot of more than 20 quotes, and by these it guards the account.
void CaerusWriteQuotes(CCaerusWriter &w, const string symbols)
  {
   ARRAY(string, names);
   string quoted = ";";
   int count = 0, named = StringSplit(symbols, ';', names);
   w.Open("quotes", "[");
   for(int i = 0; i < PositionsTotal(); i++)
      if(PositionGetTicket(i) > 0)
         CaerusWriteTick(w, PositionGetString(POSITION_SYMBOL), quoted, count);
   for(int i = 0; i < named; i++)
      CaerusWriteTick(w, names[i], quoted, count);
   w.Close("]");
  }

// The account as it stands, with the deals after `told` (a deal's ticket), 500 at most; `newest` is the last of them.
// `symbols`: the broker's names of what is quoted beside what is open, separated by semicolons.
string CaerusSnapshot(CCaerusClock &clock, const string symbols, const ulong told, ulong &newest)
  {
   CCaerusWriter w;
   int deals = 0;
   newest = told;
   w.Open("", "{");
   CaerusWriteAccount(w, clock);
   w.String("balance", CaerusMoney(AccountInfoDouble(ACCOUNT_BALANCE)));
   w.String("equity", CaerusMoney(AccountInfoDouble(ACCOUNT_EQUITY)));
   w.String("margin", CaerusMoney(AccountInfoDouble(ACCOUNT_MARGIN)));
   w.String("free_margin", CaerusMoney(AccountInfoDouble(ACCOUNT_MARGIN_FREE)));
   w.String("credit", CaerusMoney(AccountInfoDouble(ACCOUNT_CREDIT)));
   w.Open("positions", "[");
   for(int i = 0; i < PositionsTotal(); i++)
     {
      ulong ticket = PositionGetTicket(i);
      if(ticket > 0)
         CaerusWritePosition(w, ticket);
     }
   w.Close("]");
   w.Open("orders", "[");
   for(int i = 0; i < OrdersTotal() && i < 1000; i++)
     {
      ulong ticket = OrderGetTicket(i);
      if(ticket > 0)
         CaerusWriteOrder(w, ticket);
     }
   w.Close("]");
   w.Open("deals", "[");
   bool shown = HistorySelect(0, CAERUS_EVER);
   for(int i = 0; shown && i < HistoryDealsTotal() && deals < CAERUS_DEALS; i++)
     {
      ulong deal = HistoryDealGetTicket(i);
      if(deal <= newest)
         continue;
      CaerusWriteDeal(w, deal);
      newest = deal;
      deals++;
     }
   w.Close("]");
   CaerusWriteQuotes(w, symbols);
   w.Close("}");
   return w.Text();
  }

string CaerusTradeMode(const long mode)
  {
   if(mode == SYMBOL_TRADE_MODE_FULL)
      return "full";
   if(mode == SYMBOL_TRADE_MODE_LONGONLY)
      return "long_only";
   if(mode == SYMBOL_TRADE_MODE_SHORTONLY)
      return "short_only";
   return mode == SYMBOL_TRADE_MODE_CLOSEONLY ? "close_only" : "disabled";
  }

void CaerusWriteSymbol(CCaerusWriter &w, const string symbol)
  {
   long filling = SymbolInfoInteger(symbol, SYMBOL_FILLING_MODE);
   w.Open("", "{");
   w.String("name", symbol);
   w.String("contract_size", DoubleToString(SymbolInfoDouble(symbol, SYMBOL_TRADE_CONTRACT_SIZE), 2));
   w.Integer("digits", SymbolInfoInteger(symbol, SYMBOL_DIGITS));
   w.String("tick_size", DoubleToString(SymbolInfoDouble(symbol, SYMBOL_TRADE_TICK_SIZE), 8));
   w.String("tick_value", DoubleToString(SymbolInfoDouble(symbol, SYMBOL_TRADE_TICK_VALUE), 8));
   w.String("volume_min", DoubleToString(SymbolInfoDouble(symbol, SYMBOL_VOLUME_MIN), 8));
   w.String("volume_step", DoubleToString(SymbolInfoDouble(symbol, SYMBOL_VOLUME_STEP), 8));
   w.String("volume_max", DoubleToString(SymbolInfoDouble(symbol, SYMBOL_VOLUME_MAX), 8));
   w.Integer("stops_level", SymbolInfoInteger(symbol, SYMBOL_TRADE_STOPS_LEVEL));
   w.Open("filling", "[");
   if((filling & SYMBOL_FILLING_FOK) != 0)
      w.String("", "fok");
   if((filling & SYMBOL_FILLING_IOC) != 0)
      w.String("", "ioc");
   w.Close("]");
   w.String("trade_mode", CaerusTradeMode(SymbolInfoInteger(symbol, SYMBOL_TRADE_MODE)));
   w.String("profit_currency", SymbolInfoString(symbol, SYMBOL_CURRENCY_PROFIT));
   w.Close("}");
  }

// `symbols`: the broker's names, separated by semicolons; one that the broker does not have is left out.
string CaerusPreflight(CCaerusClock &clock, const string symbols)
  {
   CCaerusWriter w;
   ARRAY(string, names);
   w.Open("", "{");
   CaerusWriteAccount(w, clock);
   w.Integer("skew_ms", 1000 * clock.Offset());
   w.Open("symbols", "[");
   int count = StringSplit(symbols, ';', names);
   for(int i = 0; i < count; i++)
      if(names[i] != "" && SymbolSelect(names[i], true))
         CaerusWriteSymbol(w, names[i]);
   w.Close("]");
   w.Close("}");
   return w.Text();
  }

#endif
