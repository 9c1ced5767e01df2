// Follows what was begun: what became of it at the broker, what a crash left open, what is still to be taken back. Of what
// was begun on another account than the terminal is logged in to nothing is concluded.
#ifndef CAERUS_FOLLOW_MQH
#define CAERUS_FOLLOW_MQH

#include "caerus_execute.mqh"
#include "caerus_journal.mqh"

class CCaerusFollower
  {
protected:
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

   void              Tell(const SCaerusAck &ack) const
     {
      Print("caerus: ", ack.command_id, " ", ack.status, " ", ack.broker_ticket, " ", ack.error);
     }

   void              Note(const SCaerusAck &ack)
     {
      Tell(ack);
      m_journal.Record(ack);
     }

   // Once for each text, so that a command that stays listed does not fill the log.
   void              Complain(const string text)
     {
      if(text != m_told)
         Print("caerus: ", text);
      m_told = text;
     }

   void              Grow()
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
     }

   bool              Command(const int entry, SCaerusCommand &command)
     {
      Grow();
      if(m_read[entry] == 0)
        {
         ARRAY(uchar, plain);
         CaerusUtf8(m_journal.Plain(entry), plain);
         m_read[entry] = CaerusReadCommand(plain, m_commands[entry]) ? 1 : -1;
        }
      command = m_commands[entry];
      return m_read[entry] > 0;
     }

   // Its absence is to be proven anew.
   void              Forget(const int entry)
     {
      Grow();
      m_looked[entry] = 0;
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

   // An order that the journal has as placed, and the broker in no book: it is between two of them, or gone for good.
   bool              Unbooked(const SCaerusCommand &command) const
     {
      SCaerusFate fate;
      int entry = command.kind == "cancel" ? m_journal.Find(command.opens) : -1;
      return entry >= 0 && m_journal.State(entry) == "placed" && !m_journal.Ended(entry)
             && !m_executor.Find(command.opens, m_journal.At(entry), fate);
     }

   bool              Here(const int entry) const { return CaerusIsHere(m_journal.Login(entry), m_journal.Server(entry)); }

   // Carries out a command that closes or takes back; it may be done again.
   void              Undo(const int entry, const SCaerusCommand &command, const datetime now, const string safe_mode)
     {
      SCaerusAck ack;
      if(Unbooked(command) && !Absent(entry, now, safe_mode))
         return;
      m_executor.Execute(command, now, ack);
      if(ack.status != "" && ack.status != m_journal.State(entry))
         Note(ack);
     }

   // Carries out a command that opens. The books are looked at even before the first time: the journal may have been lost,
   // or another terminal of the same device been quicker.
   void              Place(const int entry, const SCaerusCommand &command, const datetime now)
     {
      SCaerusFate fate;
      SCaerusAck ack;
      if(m_executor.Find(command.id, command.issued_at, fate))
        {
         News(entry, command, fate, now);
         return;
        }
      if(Withdrawn(command.id))
        {
         CaerusBlank(ack, command.id, "refused", now);
         ack.error = "it was taken back before it was placed";
        }
      else
         m_executor.Execute(command, now, ack);
      if(ack.status != "")
         Note(ack);
     }

   // Proven: two looks that showed nothing, the first after the time an order may be on its way, the second half as long
   // after it, the terminal connected and its history complete all the while.
   bool              Absent(const int entry, const datetime now, const string safe_mode)
     {
      Grow();
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
      if(fate.state == "cancelled" && CaerusUntil(command) <= now)
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
         // asked again only while nobody knows, and not all the time; in safe mode too
         if(!unknown || !Absent(entry, now, ""))
            return;
         Undo(entry, command, now, safe_mode);
         m_looked[entry] = 0;
         return;
        }
      if(m_executor.Find(command.id, m_journal.At(entry), fate))
        {
         // where the broker takes no expiry, this does
         if(fate.state == "pending" && CaerusUntil(command) <= now)
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
         Undo(entry, command, now, safe_mode);
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
         if(Absent(entry, now, safe_mode))
            Place(entry, command, now);
         return;
        }
      CaerusBlank(ack, command.id, "unknown", now);
      ack.error = "interrupted, and the terminal's history does not reach back";
      Note(ack);
     }

public:
                     CCaerusFollower() : m_settle(0), m_told("") {}

   bool              Begin(const string file, const SCaerusLimits &limits, const long magic, const string symbols)
     {
      m_executor.Begin(limits, magic, symbols);
      m_settle = limits.settle_seconds;
      // a terminal that changes its account begins the same program anew
      ArrayResize(m_read, 0);
      ArrayResize(m_commands, 0);
      ArrayResize(m_looked, 0);
      return m_journal.Open(file);
     }

   void              End() { m_journal.Close(); }
   bool              Sound() const { return m_journal.Sound(); }
   void              Flatten() { m_executor.Flatten(); }

   // Owe the hub whatever the broker knows and the journal does not, and settle what was begun and never concluded.
   void              Reconcile(const datetime now, const string safe_mode)
     {
      for(int i = 0; i < m_journal.Count() && !IsStopped(); i++)
        {
         string state = m_journal.State(i);
         bool acting = state == "acting";
         if(!acting && state != "unknown" && (state != "placed" || m_journal.Ended(i)))
            continue;
         if(!Here(i))
            Forget(i);
         else
            if(acting)
               Recover(i, now, safe_mode);
            else
               Follow(i, now, safe_mode);
        }
     }

   // The terminal lost its broker: what was looked for in vain is looked for anew.
   void              Doubt()
     {
      for(int i = 0; i < ArraySize(m_looked); i++)
         m_looked[i] = 0;
     }
  };

#endif
