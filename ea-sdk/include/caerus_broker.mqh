// What the broker knows: one order from its placing to its end, found by its comment or by its magic number, of which
// brokers change the first and keep the second. Nothing here trades.
#ifndef CAERUS_BROKER_MQH
#define CAERUS_BROKER_MQH

#include "caerus_hash.mqh"

#define CAERUS_DAY 86400
// A time after all others: what is asked for up to it does not depend on this machine's clock.
#define CAERUS_EVER ((datetime)32503593600)

// `state`: "" (nowhere to be found), pending, open, closed, cancelled, expired or rejected.
struct SCaerusFate
  {
   string            state;
   ulong             ticket;
   double            fill_price;
   double            fill_volume;
   double            close_price;
   string            close_reason;
  };

// How far the broker's clock is east of UTC, in seconds. To the half hour: no broker's zone is on a quarter, and where the
// terminal shows the broker's true time, this machine's clock may be minutes off.
long CaerusBrokerEast() { return 1800 * (long)MathRound(((long)TimeTradeServer() - (long)TimeGMT()) / 1800.0); }

string CaerusLogin() { return IntegerToString(AccountInfoInteger(ACCOUNT_LOGIN)); }

// Whether that is the account the terminal is logged in to. What is "" was not written down.
bool CaerusIsHere(const string login, const string server)
  {
   string theirs = server, ours = AccountInfoString(ACCOUNT_SERVER);
   StringToLower(theirs);
   StringToLower(ours);
   return (login == "" || login == CaerusLogin()) && (server == "" || theirs == ours);
  }

// Lots as a text: two digits, or as many as it takes.
string CaerusVolume(const double lots)
  {
   return DoubleToString(lots, MathAbs(lots - NormalizeDouble(lots, 2)) < 1e-9 ? 2 : 8);
  }

// Whether the broker itself ends an order of this symbol at a time it is told; else the EA does.
bool CaerusTakesExpiry(const string symbol)
  {
   return (SymbolInfoInteger(symbol, SYMBOL_EXPIRATION_MODE) & SYMBOL_EXPIRATION_SPECIFIED) != 0;
  }

// The magic number of a command's order: `magic` (1 to 32767) in front, then 48 bits of the hash of its id.
long CaerusMark(const long magic, const string command_id)
  {
   ARRAY(uchar, bytes);
   ARRAY(uchar, digest);
   CaerusUtf8(command_id, bytes);
   CaerusSha256(bytes, digest);
   long mark = magic;
   for(int i = 0; i < 6; i++)
      mark = mark * 256 + (long)digest[i];
   return mark;
  }

bool CaerusIsOurs(const long mark, const long magic) { return mark / 281474976710656 == magic; }

void CaerusNoFate(SCaerusFate &fate)
  {
   fate.state = "";
   fate.ticket = 0;
   fate.fill_price = 0.0;
   fate.fill_volume = 0.0;
   fate.close_price = 0.0;
   fate.close_reason = "";
  }

string CaerusCloseReason(const long deal_reason)
  {
   if(deal_reason == DEAL_REASON_TP)
      return "take_profit";
   return deal_reason == DEAL_REASON_SL ? "stop_loss" : "manual";
  }

// Fill and end of a position from its deals; the history must be selected. Prices are means over the volume.
void CaerusFromDeals(const ulong position, SCaerusFate &fate)
  {
   double bought = 0.0, paid = 0.0, sold = 0.0, got = 0.0;
   for(int i = 0; i < HistoryDealsTotal(); i++)
     {
      ulong deal = HistoryDealGetTicket(i);
      if((ulong)HistoryDealGetInteger(deal, DEAL_POSITION_ID) != position)
         continue;
      double volume = HistoryDealGetDouble(deal, DEAL_VOLUME), price = HistoryDealGetDouble(deal, DEAL_PRICE);
      if(HistoryDealGetInteger(deal, DEAL_ENTRY) == DEAL_ENTRY_IN)
        {
         bought += volume;
         paid += volume * price;
         continue;
        }
      sold += volume;
      got += volume * price;
      fate.close_reason = CaerusCloseReason(HistoryDealGetInteger(deal, DEAL_REASON));
     }
   if(bought <= 0.0)
      return;
   fate.fill_volume = bought;
   fate.fill_price = paid / bought;
   fate.state = "open";
   if(sold < bought - 1e-8)
      return;
   fate.state = "closed";
   fate.close_price = got / sold;
  }

bool CaerusFindOpen(const string comment, const long mark, SCaerusFate &fate)
  {
   for(int i = 0; i < PositionsTotal(); i++)
     {
      ulong ticket = PositionGetTicket(i);
      if(ticket == 0 || (PositionGetString(POSITION_COMMENT) != comment && PositionGetInteger(POSITION_MAGIC) != mark))
         continue;
      fate.state = "open";
      fate.ticket = ticket;
      fate.fill_price = PositionGetDouble(POSITION_PRICE_OPEN);
      fate.fill_volume = PositionGetDouble(POSITION_VOLUME);
      return true;
     }
   for(int i = 0; i < OrdersTotal(); i++)
     {
      ulong ticket = OrderGetTicket(i);
      if(ticket == 0 || (OrderGetString(ORDER_COMMENT) != comment && OrderGetInteger(ORDER_MAGIC) != mark))
         continue;
      fate.state = "pending";
      fate.ticket = ticket;
      return true;
     }
   return false;
  }

// An order that closed a position (by this EA, a stop, a target) carries the mark of what opened it: its position is not
// the one of its own ticket. It says nothing of an order's fate.
bool CaerusFindEnded(const string comment, const long mark, SCaerusFate &fate)
  {
   for(int i = 0; i < HistoryOrdersTotal(); i++)
     {
      ulong ticket = HistoryOrderGetTicket(i);
      if(ticket == 0 || (HistoryOrderGetString(ticket, ORDER_COMMENT) != comment
                         && HistoryOrderGetInteger(ticket, ORDER_MAGIC) != mark))
         continue;
      ulong position = (ulong)HistoryOrderGetInteger(ticket, ORDER_POSITION_ID);
      if(position != 0 && position != ticket)
         continue;
      long state = HistoryOrderGetInteger(ticket, ORDER_STATE);
      fate.ticket = ticket;
      fate.state = state == ORDER_STATE_EXPIRED ? "expired" : state == ORDER_STATE_REJECTED ? "rejected" : "cancelled";
      fate.close_reason = fate.state == "expired" ? "expired" : "cancelled";
      if(position == 0)
         return true;
      CaerusFromDeals(position, fate);
      return true;
     }
   return false;
  }

// What became of the order with this comment or mark, placed at or after `since` (UTC, a day of grace). An order that fills
// between two looks is in the second list, or in the history, which is looked at last.
bool CaerusFind(const string comment, const long mark, const datetime since, SCaerusFate &fate)
  {
   CaerusNoFate(fate);
   if(comment == "")
      return false;
   if(CaerusFindOpen(comment, mark, fate))
      return true;
   long from = (long)since + CaerusBrokerEast() - CAERUS_DAY;
   return HistorySelect((datetime)(from > 0 ? from : 0), CAERUS_EVER) && CaerusFindEnded(comment, mark, fate);
  }

// Whether an order placed at or after `since` (UTC) must be in what the terminal shows, if it exists at all.
bool CaerusKnowsAllSince(const datetime since)
  {
   if(!TerminalInfoInteger(TERMINAL_CONNECTED) || !HistorySelect(0, CAERUS_EVER))
      return false;
   if(HistoryDealsTotal() == 0)
      return false;
   long first = HistoryDealGetInteger(HistoryDealGetTicket(0), DEAL_TIME);
   return first <= (long)since + CaerusBrokerEast();
  }

// The end of a position known by its ticket: closed, open, or "".
void CaerusPosition(const ulong ticket, SCaerusFate &fate)
  {
   CaerusNoFate(fate);
   fate.ticket = ticket;
   if(ticket == 0)
      return;
   if(PositionSelectByTicket(ticket))
     {
      fate.state = "open";
      return;
     }
   if(HistorySelect(0, CAERUS_EVER))
      CaerusFromDeals(ticket, fate);
  }

#endif
