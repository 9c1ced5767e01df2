// The desk between hub and broker: takes commands once, follows what it placed, and settles what a crash left open.
#ifndef CAERUS_DESK_MQH
#define CAERUS_DESK_MQH

#include "caerus_execute.mqh"
#include "caerus_journal.mqh"
#include "caerus_seal.mqh"

class CCaerusDesk
  {
private:
   CCaerusJournal    m_journal;
   CCaerusExecutor   m_executor;
   // An order sent in the moment of a crash may be on its way: its absence proves nothing before so many seconds.
   int               m_settle;
   string            m_told;
   // Commands of the journal that were read, by entry; read once.
   ARRAY(SCaerusCommand, m_commands);
   ARRAY(int, m_read);
   // When an entry was first looked for in vain, 0: not yet; milliseconds.
   ARRAY(ulong, m_looked);

   void              Note(const SCaerusAck &ack)
     {
      Print("caerus: ", ack.command_id, " ", ack.status, " ", ack.broker_ticket, " ", ack.error);
      m_journal.Record(ack);
     }

   // Once for each text, so that a command that stays listed does not fill the log.
   void              Complain(const string text)
     {
      if(text != m_told)
         Print("caerus: ", text);
      m_told = text;
     }

   bool              Command(const int entry, SCaerusCommand &command)
     {
      int known = ArraySize(m_read);
      ArrayResize(m_read, m_journal.Count(), 256);
      ArrayResize(m_commands, m_journal.Count(), 256);
      ArrayResize(m_looked, m_journal.Count(), 256);
      for(int i = known; i < ArraySize(m_read); i++)
        {
         m_read[i] = 0;
         m_looked[i] = 0;
        }
      if(m_read[entry] == 0)
        {
         ARRAY(uchar, plain);
         CaerusUtf8(m_journal.Plain(entry), plain);
         m_read[entry] = CaerusReadCommand(plain, m_commands[entry]) ? 1 : -1;
        }
      command = m_commands[entry];
      return m_read[entry] > 0;
     }

   // Whether a command to take it back was carried out: then it is never placed, whatever comes in which order.
   bool              Withdrawn(const string id)
     {
      SCaerusCommand other;
      for(int i = m_journal.Count() - 1; i >= 0; i--)
         if(Command(i, other) && other.kind == "cancel" && other.opens == id)
            return true;
      return false;
     }

   void              Execute(const SCaerusCommand &command, const datetime now, SCaerusAck &ack)
     {
      if(command.kind != "open" || !Withdrawn(command.id))
        {
         m_executor.Execute(command, now, ack);
         return;
        }
      CaerusBlank(ack, command.id, "refused", now);
      ack.error = "it was taken back before it was placed";
     }

   // What it takes back may or may not be at the broker: nobody knows yet.
   bool              TooEarly(const SCaerusCommand &command) const
     {
      int entry = command.kind == "cancel" ? m_journal.Find(command.opens) : -1;
      return entry >= 0 && (m_journal.State(entry) == "acting" || m_journal.State(entry) == "unknown");
     }

   // Proven: two looks that showed nothing, the first after the time an order may be on its way, the second half as long
   // after it, the terminal connected and its history complete all the while.
   bool              Absent(const int entry, const datetime now, const string safe_mode)
     {
      bool settled = safe_mode == "" && (long)now - (long)m_journal.At(entry) >= m_settle;
      if(!settled || !CaerusKnowsAllSince(m_journal.At(entry)))
        {
         m_looked[entry] = 0;
         return false;
        }
      if(m_looked[entry] > 0)
         return GetTickCount64() - m_looked[entry] >= (ulong)(500 * m_settle);
      m_looked[entry] = GetTickCount64();
      return false;
     }

   void              Fill(SCaerusAck &ack, const SCaerusCommand &command, const SCaerusFate &fate)
     {
      string symbol = m_executor.BrokerSymbol(command.instrument);
      ack.broker_ticket = IntegerToString((long)fate.ticket);
      if(fate.fill_volume <= 0.0)
         return;
      ack.fill_price = m_executor.Price(symbol, fate.fill_price);
      ack.fill_volume = CaerusVolume(fate.fill_volume);
     }

   // What the broker knows of an order and the journal does not: that it is there, its fill, its end.
   void              News(const int entry, const SCaerusCommand &command, const SCaerusFate &fate, const datetime now)
     {
      SCaerusAck ack;
      bool filled = fate.fill_volume > 0.0;
      if(fate.state == "rejected")
        {
         CaerusBlank(ack, command.id, "failed", now);
         ack.error = "the broker rejected the order";
         Note(ack);
         return;
        }
      if(m_journal.State(entry) != "placed" || (filled && !m_journal.Filled(entry)))
        {
         CaerusBlank(ack, command.id, "placed", now);
         Fill(ack, command, fate);
         Note(ack);
        }
      if(fate.state == "open" || fate.state == "pending")
         return;
      CaerusBlank(ack, command.id, "closed", now);
      Fill(ack, command, fate);
      ack.close_reason = fate.close_reason;
      if(fate.state == "cancelled" && command.expires_at <= now)
         ack.close_reason = "expired";
      if(fate.close_price > 0.0)
         ack.close_price = m_executor.Price(m_executor.BrokerSymbol(command.instrument), fate.close_price);
      Note(ack);
     }

   void              Follow(const int entry, const datetime now, const string safe_mode)
     {
      SCaerusCommand command;
      SCaerusFate fate;
      SCaerusAck ack;
      if(!Command(entry, command))
         return;
      bool unknown = m_journal.State(entry) == "unknown";
      if(command.kind != "open")
        {
         // safe to repeat; asked again only while nobody knows, and not all the time
         if(!unknown || !Absent(entry, now, safe_mode))
            return;
         m_looked[entry] = 0;
         m_executor.Execute(command, now, ack);
         if(ack.status != "unknown")
            Note(ack);
         return;
        }
      if(m_executor.Find(command.id, m_journal.At(entry), fate))
        {
         // where the broker takes no expiry, this does
         if(fate.state == "pending" && command.expires_at <= now)
            m_executor.Withdraw(fate.ticket);
         News(entry, command, fate, now);
         return;
        }
      if(!unknown || !Absent(entry, now, safe_mode))
         return;
      CaerusBlank(ack, command.id, "failed", now);
      ack.error = "the broker has no such order";
      Note(ack);
     }

   // What became of a command that was begun when the terminal died. An order that is there was placed; one that would
   // be, but is not, was not, and is executed now, its bounds checked anew; anything else is unknown.
   void              Recover(const int entry, const datetime now, const string safe_mode)
     {
      SCaerusCommand command;
      SCaerusFate fate;
      SCaerusAck ack;
      if(!Command(entry, command))
         return;
      if(command.kind != "open")
        {
         m_executor.Execute(command, now, ack);
         Note(ack);
         return;
        }
      if(m_executor.Find(command.id, m_journal.At(entry), fate))
        {
         News(entry, command, fate, now);
         return;
        }
      if((long)now - (long)m_journal.At(entry) < m_settle || safe_mode != "")
         return;
      if(CaerusKnowsAllSince(m_journal.At(entry)))
        {
         if(!Absent(entry, now, safe_mode))
            return;
         Execute(command, now, ack);
        }
      else
        {
         CaerusBlank(ack, command.id, "unknown", now);
         ack.error = "interrupted, and the terminal's history does not reach back";
        }
      Note(ack);
     }

public:
                     CCaerusDesk() : m_settle(0), m_told("") {}

   bool              Begin(const string file, const SCaerusLimits &limits, const long magic, const string symbols)
     {
      m_executor.Begin(limits, magic, symbols);
      m_settle = limits.settle_seconds;
      return m_journal.Open(file);
     }

   void              End() { m_journal.Close(); }
   bool              Sound() const { return m_journal.Sound(); }
   bool              Flatten(const ulong position) { return m_executor.Flatten(position); }

   // Owe the hub whatever the broker knows and the journal does not, and settle what was begun and never concluded.
   void              Reconcile(const datetime now, const string safe_mode)
     {
      for(int i = 0; i < m_journal.Count(); i++)
        {
         string state = m_journal.State(i);
         if(state == "acting")
            Recover(i, now, safe_mode);
         else
            if(state == "unknown" || (state == "placed" && !m_journal.Ended(i)))
               Follow(i, now, safe_mode);
        }
     }

   // The terminal lost its broker: what was looked for in vain is looked for anew.
   void              Doubt()
     {
      for(int i = 0; i < ArraySize(m_looked); i++)
         m_looked[i] = 0;
     }

   // One command of a poll: opened, entered, executed, recorded. What cannot be opened is not acknowledged: after a
   // change of keys it may still be.
   ENUM_CAERUS_REASON Take(const CCaerusAuth &auth, const SCaerusSealed &sealed, const datetime now,
                           const string safe_mode)
     {
      ARRAY(uchar, plain);
      SCaerusCommand command;
      SCaerusAck ack;
      int known = m_journal.Find(sealed.id);
      if(known >= 0)
        {
         m_journal.Repeat(known);
         return CAERUS_OK;
        }
      ENUM_CAERUS_REASON reason = CaerusOpenCommand(auth, sealed, plain, command);
      if(reason != CAERUS_OK)
        {
         Complain("command " + sealed.id + " was not executed: " + CaerusReason(reason));
         return reason;
        }
      if(command.kind == "open" && safe_mode != "")
         Complain("safe mode, nothing is opened: " + safe_mode);
      else
         if(!TooEarly(command) && m_journal.BeginCommand(command.id, CaerusText(plain), now))
           {
            Execute(command, now, ack);
            Note(ack);
           }
      return CAERUS_OK;
     }

   int               Owed() { return m_journal.Owed(); }
   string            Body(const int ack) const { return m_journal.Body(ack); }
   void              Sent(const int ack) { m_journal.Sent(ack); }
   void              Never(const int ack, const string why) { m_journal.Never(ack, why); }
  };

#endif
