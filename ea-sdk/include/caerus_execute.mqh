// Carries out commands and says what became of them. What cannot be proven is unknown, and nothing is sent again until its
// absence is proven. A status of "" says that nothing was done that must be told, and that it is to be carried out later.
#ifndef CAERUS_EXECUTE_MQH
#define CAERUS_EXECUTE_MQH

#include <Trade/Trade.mqh>
#include "caerus_close.mqh"
#include "caerus_guard.mqh"
#include "caerus_pause.mqh"

class CCaerusExecutor
  {
private:
   CTrade            m_trade;
   CCaerusCloser     m_closer;
   CCaerusPauses     m_pauses;
   SCaerusLimits     m_limits;
   string            m_symbols;
   long              m_magic;

   // A symbol that is not in Market Watch has no quotes, and its first come some time after it was put there.
   void              Watch() const
     {
      ARRAY(string, pairs);
      int count = StringSplit(m_symbols, ';', pairs);
      for(int i = 0; i < count; i++)
        {
         int equals = StringFind(pairs[i], "=");
         if(equals >= 0)
            SymbolSelect(StringSubstr(pairs[i], equals + 1), true);
        }
     }

   // Failed or unknown, by what the broker said. A program that is being ended sends nothing (CLIENT_DISABLES_AT): the next
   // one carries it out.
   void              Judge(SCaerusAck &ack, const uint retcode, const string said)
     {
      ack.status = CaerusDenied(retcode) ? "failed" : "unknown";
      if(IsStopped() && (retcode == TRADE_RETCODE_CLIENT_DISABLES_AT || retcode == 0))
         ack.status = "";
      ack.error = IntegerToString(retcode) + " " + said;
     }

   void              Place(const SCaerusCommand &command, const string symbol, const MqlTick &tick, const double volume,
                           SCaerusAck &ack)
     {
      string comment = CaerusComment(command.id);
      double price = CaerusWorkingPrice(command, tick, symbol);
      double stop = StringToDouble(command.stop), target = StringToDouble(command.target);
      bool buy = command.side == "buy", timed = CaerusTakesExpiry(symbol);
      ENUM_ORDER_TYPE_TIME kind = timed ? ORDER_TIME_SPECIFIED : ORDER_TIME_GTC;
      datetime until = timed ? (datetime)((long)CaerusUntil(command) + CaerusBrokerEast()) : 0;
      m_trade.SetTypeFillingBySymbol(symbol);
      m_trade.SetExpertMagicNumber((ulong)CaerusMark(m_magic, command.id));
      bool sent = false;
      if(CaerusPassed(command, tick))
         sent = buy ? m_trade.Buy(volume, symbol, 0.0, stop, target, comment)
                : m_trade.Sell(volume, symbol, 0.0, stop, target, comment);
      else
         if(command.order_type == "limit")
            sent = buy ? m_trade.BuyLimit(volume, price, symbol, stop, target, kind, until, comment)
                   : m_trade.SellLimit(volume, price, symbol, stop, target, kind, until, comment);
         else
            sent = buy ? m_trade.BuyStop(volume, price, symbol, stop, target, kind, until, comment)
                   : m_trade.SellStop(volume, price, symbol, stop, target, kind, until, comment);
      if(!sent)
         Print("caerus: the broker did not take ", command.id, ": ", m_trade.ResultRetcodeDescription());
      Judge(ack, m_trade.ResultRetcode(), m_trade.ResultRetcodeDescription());
      if(!CaerusTaken(m_trade.ResultRetcode()))
         return;
      ack.status = "placed";
      ack.error = "";
      ack.broker_ticket = IntegerToString((long)m_trade.ResultOrder());
     }

   // Why it is refused at this price; "" when it is not.
   string            Refusal(const SCaerusCommand &command, const MqlTick &tick, const string symbol) const
     {
      string own = CaerusOwnRefusal(command, tick, symbol, m_limits);
      return own != "" ? own : CaerusBrokenBound(command, tick, symbol);
     }

   void              Open(const SCaerusCommand &command, const datetime now, SCaerusAck &ack)
     {
      string symbol = BrokerSymbol(command.instrument);
      MqlTick tick;
      ack.error = Elsewhere(command);
      if(ack.error == "")
         ack.error = CaerusEnded(command, now);
      if(ack.error != "")
         return;
      if(!SymbolSelect(symbol, true))
        {
         ack.status = "failed";
         ack.error = command.instrument + " is not traded here";
         return;
        }
      if(!CaerusTick(symbol, tick))
        {
         ack.status = "";
         return;
        }
      ack.error = Refusal(command, tick, symbol);
      if(ack.error != "")
         return;
      ack.status = "failed";
      double volume = command.volume == "" ? CaerusLots(command, symbol, m_limits.risk_percent)
                      : StringToDouble(command.volume);
      if(!CaerusProtected(command, CaerusWorkingPrice(command, tick, symbol)))
         ack.error = "invalid stops";
      else
         if(volume <= 0.0 || MathAbs(CaerusClampVolume(volume, symbol) - volume) > 1e-8)
            ack.error = "invalid volume";
         else
            if(m_limits.max_volume > 0.0 && volume > m_limits.max_volume + 1e-8)
               ack.error = "max_volume: " + CaerusVolume(volume) + " lots";
      if(ack.error == "")
         Place(command, symbol, tick, volume, ack);
     }

   // Takes back an order that waits; true when the broker has said something that proves nothing. What it refuses (the
   // market is closed, the order is frozen) is left as it is for now.
   bool              TakeBack(const ulong order)
     {
      if(!m_pauses.Try(order))
         return false;
      m_trade.OrderDelete(order);
      uint retcode = m_trade.ResultRetcode();
      if(CaerusTaken(retcode))
         return false;
      Print("caerus: the order ", order, " was not taken back: ", retcode, " ", m_trade.ResultRetcodeDescription());
      return !CaerusDenied(retcode);
     }

   // As long as the order waits, or is in no book after it was there, the command goes on.
   void              Cancel(const SCaerusCommand &command, SCaerusAck &ack)
     {
      SCaerusFate fate;
      if(!Find(command.opens, 0, fate))
        {
         ack.error = "there is no such order";
         return;
        }
      ack.broker_ticket = IntegerToString((long)fate.ticket);
      if(fate.state == "pending")
        {
         if(TakeBack(fate.ticket))
           {
            Judge(ack, m_trade.ResultRetcode(), m_trade.ResultRetcodeDescription());
            return;
           }
         if(!Find(command.opens, 0, fate) || fate.state == "pending")
           {
            ack.status = "";
            return;
           }
        }
      if(fate.state == "cancelled")
        {
         ack.status = "closed";
         ack.close_reason = "cancelled";
        }
      else
         ack.error = "the order is " + fate.state + " already";
     }

   // Safe to repeat: a ticket is closed once, and one that is closed already is what was wanted.
   void              CloseTicket(const SCaerusCommand &command, SCaerusAck &ack)
     {
      SCaerusFate fate;
      ack.broker_ticket = command.ticket;
      if(!CaerusIsHere(command.login, command.server))
        {
         ack.error = "this terminal is on another account";
         return;
        }
      CaerusPosition((ulong)StringToInteger(command.ticket), fate);
      bool there = fate.state == "open", taken = there && m_closer.Close(fate.ticket);
      if(there)
         CaerusPosition(fate.ticket, fate);
      if(fate.state == "" && !there)
        {
         ack.error = "there is no such position";
         return;
        }
      if(fate.state != "closed")
        {
         // taken, and not booked yet: looked at again
         ack.status = "unknown";
         if(!taken)
            Judge(ack, m_closer.Retcode(), m_closer.Said());
         return;
        }
      ack.status = "closed";
      ack.close_reason = "manual";
      ack.close_price = Price(command.symbol, fate.close_price);
     }

public:
   void              Begin(const SCaerusLimits &limits, const long magic, const string symbols)
     {
      m_limits = limits;
      m_symbols = symbols;
      m_magic = magic;
      m_trade.SetDeviationInPoints((ulong)limits.slippage_points);
      m_closer.Begin(limits.close_deviation_points);
      Watch();
     }

   // Why an order that is bound to accounts is not for the one that the terminal is logged in to; "" when it is.
   string            Elsewhere(const SCaerusCommand &command) const
     {
      string login = CaerusLogin(), server = AccountInfoString(ACCOUNT_SERVER);
      if(command.accounts == "" || StringFind(command.accounts, CaerusAccount(login, server)) >= 0)
         return "";
      return "account: the terminal is logged in to " + login + " at " + server + ", the order is for another account";
     }

   // Whether it must wait for the symbol's first quote. One that the broker does not have is waited for by nobody.
   bool              Unquoted(const SCaerusCommand &command, const datetime now) const
     {
      MqlTick tick;
      string symbol = BrokerSymbol(command.instrument);
      return CaerusEnded(command, now) == "" && SymbolSelect(symbol, true) && !CaerusTick(symbol, tick);
     }

   // The broker's name of an instrument: what `XAUUSD=GOLD;US500=SPX` says, else the same.
   string            BrokerSymbol(const string instrument) const
     {
      ARRAY(string, pairs);
      int count = StringSplit(m_symbols, ';', pairs);
      for(int i = 0; i < count; i++)
         if(StringFind(pairs[i], instrument + "=") == 0)
            return StringSubstr(pairs[i], StringLen(instrument) + 1);
      return instrument;
     }

   string            Price(const string symbol, const double price) const
     {
      int digits = (int)SymbolInfoInteger(symbol, SYMBOL_DIGITS);
      return DoubleToString(price, symbol == "" || digits <= 0 ? 5 : digits);
     }

   // What became of the order of that command.
   bool              Find(const string command_id, const datetime since, SCaerusFate &fate) const
     {
      return CaerusFind(CaerusComment(command_id), CaerusMark(m_magic, command_id), since, fate);
     }

   void              Withdraw(const ulong order) { TakeBack(order); }

   // Closes and takes back whatever carries this EA's mark.
   void              Flatten()
     {
      for(int i = PositionsTotal() - 1; i >= 0; i--)
        {
         ulong ticket = PositionGetTicket(i);
         if(ticket == 0 || !CaerusIsOurs(PositionGetInteger(POSITION_MAGIC), m_magic) || !m_pauses.Try(ticket))
            continue;
         Print("caerus: equity floor reached, closing ", ticket);
         if(!m_closer.Close(ticket))
            Print("caerus: ", ticket, " was not closed: ", m_closer.Retcode(), " ", m_closer.Said());
        }
      for(int i = OrdersTotal() - 1; i >= 0; i--)
        {
         ulong ticket = OrderGetTicket(i);
         if(ticket > 0 && CaerusIsOurs(OrderGetInteger(ORDER_MAGIC), m_magic))
            TakeBack(ticket);
        }
     }

   // Carry out a command. One that opens was never begun before.
   void              Execute(const SCaerusCommand &command, const datetime now, SCaerusAck &ack)
     {
      CaerusBlank(ack, command.id, "refused", now);
      if(command.kind == "open")
         Open(command, now, ack);
      else
         if(command.kind == "cancel")
            Cancel(command, ack);
         else
            CloseTicket(command, ack);
     }
  };

#endif
