// Closes positions. A closing order carries the mark of the position that it closes, and takes whatever part it can get.
//
// CTrade is not asked: its PositionClose sends the mark of whatever was placed last, by which that order would be found;
// lets a symbol of market execution fill whole or not at all (FOK) whenever it allows that; and leaves the answer to the
// call before in place where it sends nothing.
#ifndef CAERUS_CLOSE_MQH
#define CAERUS_CLOSE_MQH

#include "caerus_broker.mqh"
#include "caerus_retcode.mqh"

#define CAERUS_CLOSE_MS 1000
#define CAERUS_CLOSE_AGAIN_MS 100

// How a closing order may be filled: rather a part than nothing. Where the broker executes at its quote the value says
// nothing.
ENUM_ORDER_TYPE_FILLING CaerusCloseFilling(const string symbol)
  {
   long execution = SymbolInfoInteger(symbol, SYMBOL_TRADE_EXEMODE);
   long modes = SymbolInfoInteger(symbol, SYMBOL_FILLING_MODE);
   if(execution == SYMBOL_TRADE_EXECUTION_REQUEST || execution == SYMBOL_TRADE_EXECUTION_INSTANT)
      return ORDER_FILLING_FOK;
   if((modes & SYMBOL_FILLING_IOC) != 0)
      return ORDER_FILLING_IOC;
   return (modes & SYMBOL_FILLING_FOK) != 0 ? ORDER_FILLING_FOK : ORDER_FILLING_RETURN;
  }

class CCaerusCloser
  {
private:
   int               m_deviation;
   uint              m_retcode;
   string            m_said;
   bool              m_refilled;

   // Lots of the position that is selected: how many the broker took. `Retcode` says why it took none.
   double            Send(const ulong ticket, const double volume)
     {
      MqlTradeRequest request;
      MqlTradeResult result;
      ZeroMemory(request);
      ZeroMemory(result);
      bool bought = PositionGetInteger(POSITION_TYPE) == POSITION_TYPE_BUY;
      request.action = TRADE_ACTION_DEAL;
      request.position = ticket;
      request.symbol = PositionGetString(POSITION_SYMBOL);
      request.magic = (ulong)PositionGetInteger(POSITION_MAGIC);
      request.volume = volume;
      request.type = bought ? ORDER_TYPE_SELL : ORDER_TYPE_BUY;
      request.price = SymbolInfoDouble(request.symbol, bought ? SYMBOL_BID : SYMBOL_ASK);
      request.deviation = (ulong)m_deviation;
      request.type_filling = m_refilled ? ORDER_FILLING_FOK : CaerusCloseFilling(request.symbol);
      bool sent = OrderSend(request, result);
      m_retcode = result.retcode;
      m_said = result.comment;
      if(!sent || !CaerusTaken(m_retcode))
         return 0.0;
      return m_retcode == TRADE_RETCODE_DONE_PARTIAL ? result.volume : volume;
     }

   // Whether to send it again at once.
   bool              Again()
     {
      if(m_retcode != TRADE_RETCODE_INVALID_FILL)
         return CaerusMoved(m_retcode);
      bool first = !m_refilled;
      m_refilled = true;
      return first;
     }

public:
                     CCaerusCloser() : m_deviation(0), m_retcode(0), m_said(""), m_refilled(false) {}

   // Points by which the price may have moved meanwhile.
   void              Begin(const int deviation) { m_deviation = deviation; }

   uint              Retcode() const { return m_retcode; }
   string            Said() const { return m_said; }

   // True when the broker took all of it, or it is there no more. What is left of it, or a price that moved, is tried again
   // at once, for a second. `Retcode` 0: nothing was sent.
   bool              Close(const ulong ticket)
     {
      ulong until = GetTickCount64() + CAERUS_CLOSE_MS;
      double left = 0.0;
      m_retcode = 0;
      m_said = "";
      m_refilled = false;
      while(PositionSelectByTicket(ticket))
        {
         if(IsStopped())
            return false;
         double volume = PositionGetDouble(POSITION_VOLUME);
         // a part that was closed may not be booked yet
         if(left > 0.0 && left < volume)
            volume = left;
         double done = Send(ticket, volume);
         left = NormalizeDouble(volume - done, 8);
         if(left <= 0.0)
            return true;
         if((done <= 0.0 && !Again()) || GetTickCount64() >= until)
            return false;
         Sleep(CAERUS_CLOSE_AGAIN_MS);
        }
      return true;
     }
  };

#endif
