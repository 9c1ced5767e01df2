// Carries out commands, each once, and says what became of them. What cannot be proven is unknown, and nothing is sent
// again until its absence is proven.
#ifndef CAERUS_EXECUTE_MQH
#define CAERUS_EXECUTE_MQH

#include <Trade/Trade.mqh>
#include "caerus_broker.mqh"
#include "caerus_guard.mqh"

// The broker has taken it.
bool CaerusTaken(const uint retcode)
  {
   return retcode == TRADE_RETCODE_DONE || retcode == TRADE_RETCODE_PLACED || retcode == TRADE_RETCODE_DONE_PARTIAL;
  }

// The broker, or the terminal before it, has said no; nothing is there. Anything else proves nothing (ERROR, TIMEOUT,
// CONNECTION, LOCKED and CANCEL among it): it may have been executed.
bool CaerusDenied(const uint retcode)
  {
   switch(retcode)
     {
      case TRADE_RETCODE_REQUOTE:
      case TRADE_RETCODE_REJECT:
      case TRADE_RETCODE_INVALID:
      case TRADE_RETCODE_INVALID_VOLUME:
      case TRADE_RETCODE_INVALID_PRICE:
      case TRADE_RETCODE_INVALID_STOPS:
      case TRADE_RETCODE_TRADE_DISABLED:
      case TRADE_RETCODE_MARKET_CLOSED:
      case TRADE_RETCODE_NO_MONEY:
      case TRADE_RETCODE_PRICE_CHANGED:
      case TRADE_RETCODE_PRICE_OFF:
      case TRADE_RETCODE_INVALID_EXPIRATION:
      case TRADE_RETCODE_TOO_MANY_REQUESTS:
      case TRADE_RETCODE_SERVER_DISABLES_AT:
      case TRADE_RETCODE_CLIENT_DISABLES_AT:
      case TRADE_RETCODE_INVALID_FILL:
      case TRADE_RETCODE_ONLY_REAL:
      case TRADE_RETCODE_LIMIT_ORDERS:
      case TRADE_RETCODE_LIMIT_VOLUME:
      case TRADE_RETCODE_LIMIT_POSITIONS:
      case TRADE_RETCODE_HEDGE_PROHIBITED:
      case TRADE_RETCODE_FIFO_CLOSE:
      case TRADE_RETCODE_FROZEN:
      case TRADE_RETCODE_INVALID_ORDER:
      case TRADE_RETCODE_POSITION_CLOSED:
      case TRADE_RETCODE_LONG_ONLY:
      case TRADE_RETCODE_SHORT_ONLY:
      case TRADE_RETCODE_CLOSE_ONLY:
         return true;
     }
   return false;
  }

class CCaerusExecutor
  {
private:
   CTrade            m_trade;
   SCaerusLimits     m_limits;
   string            m_symbols;
   long              m_magic;

   // Placed, failed or unknown, by what the broker said.
   void              Judge(SCaerusAck &ack)
     {
      uint retcode = m_trade.ResultRetcode();
      if(CaerusTaken(retcode))
        {
         ack.status = "placed";
         ack.broker_ticket = IntegerToString((long)m_trade.ResultOrder());
         return;
        }
      ack.status = CaerusDenied(retcode) ? "failed" : "unknown";
      ack.error = IntegerToString(retcode) + " " + m_trade.ResultRetcodeDescription();
     }

   void              Place(const SCaerusCommand &command, const string symbol, const MqlTick &tick, const double volume,
                           SCaerusAck &ack)
     {
      string comment = CaerusComment(command.id);
      double price = CaerusWorkingPrice(command, tick, symbol);
      double stop = StringToDouble(command.stop), target = StringToDouble(command.target);
      bool buy = command.side == "buy", timed = CaerusTakesExpiry(symbol);
      ENUM_ORDER_TYPE_TIME kind = timed ? ORDER_TIME_SPECIFIED : ORDER_TIME_GTC;
      datetime until = timed ? (datetime)((long)command.expires_at + CaerusBrokerEast()) : 0;
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
      Judge(ack);
     }

   void              Open(const SCaerusCommand &command, const datetime now, SCaerusAck &ack)
     {
      string symbol = BrokerSymbol(command.instrument);
      MqlTick tick;
      ack.status = "failed";
      if(!SymbolSelect(symbol, true))
        {
         ack.error = command.instrument + " is not traded here";
         return;
        }
      if(!SymbolInfoTick(symbol, tick) || tick.bid <= 0.0 || tick.ask < tick.bid)
        {
         ack.error = "the terminal has no quotes";
         return;
        }
      ack.error = CaerusOwnRefusal(command, tick, symbol, m_limits);
      if(ack.error == "")
         ack.error = CaerusBrokenBound(command, tick, symbol, now);
      if(ack.error != "")
        {
         ack.status = "refused";
         return;
        }
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

   void              Cancel(const SCaerusCommand &command, SCaerusAck &ack)
     {
      SCaerusFate fate;
      ack.status = "refused";
      if(!Find(command.opens, 0, fate))
        {
         ack.error = "there is no such order";
         return;
        }
      if(fate.state == "pending" && !m_trade.OrderDelete(fate.ticket) && !CaerusDenied(m_trade.ResultRetcode()))
        {
         Judge(ack);
         return;
        }
      Find(command.opens, 0, fate);
      ack.broker_ticket = IntegerToString((long)fate.ticket);
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
      ack.status = "refused";
      ack.broker_ticket = command.ticket;
      if((command.login != "" && command.login != IntegerToString(AccountInfoInteger(ACCOUNT_LOGIN)))
         || (command.server != "" && command.server != AccountInfoString(ACCOUNT_SERVER)))
        {
         ack.error = "this terminal is on another account";
         return;
        }
      CaerusPosition((ulong)StringToInteger(command.ticket), fate);
      if(fate.state == "open")
        {
         if(!m_trade.PositionClose(fate.ticket) || !CaerusTaken(m_trade.ResultRetcode()))
           {
            Judge(ack);
            return;
           }
         CaerusPosition(fate.ticket, fate);
        }
      if(fate.state == "")
        {
         ack.error = "there is no such position";
         return;
        }
      // taken, and not booked yet: looked at again
      ack.status = fate.state == "closed" ? "closed" : "unknown";
      if(fate.state != "closed")
         return;
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

   bool              Withdraw(const ulong order) { return m_trade.OrderDelete(order); }
   bool              Flatten(const ulong position) { return m_trade.PositionClose(position); }

   // Carry out a command that was never begun.
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
