// What this terminal did with each command, written before it acts, and the acknowledgements it still owes.
//
// A command is never executed twice: it is entered as "acting" before anything is done, so after a crash it is found in
// that state and its fate is looked up at the broker instead of being tried again.
#ifndef CAERUS_JOURNAL_MQH
#define CAERUS_JOURNAL_MQH

#include "caerus_log.mqh"
#include "caerus_models.mqh"

enum ENUM_CAERUS_DEBT
  {
   CAERUS_OWED,
   CAERUS_SENT,
   CAERUS_NEVER
  };

// `state` is "acting" or the newest status. `filled`, `ended`: whether an acknowledgement said so.
struct SCaerusEntry
  {
   string            id;
   string            state;
   string            plain;
   datetime          at;
   bool              filled;
   bool              ended;
  };

struct SCaerusOwed
  {
   int               entry;
   string            body;
   ENUM_CAERUS_DEBT  debt;
  };

class CCaerusJournal
  {
private:
   CCaerusLog        m_log;
   ARRAY(SCaerusEntry, m_entries);
   ARRAY(SCaerusOwed, m_acks);
   int               m_first_owed;
   bool              m_damaged;
   bool              m_failed;

   // After a failure nothing more is written: a line that is missing in the middle would be worse than an end.
   bool              Write(const string line)
     {
      m_failed = m_failed || !m_log.Append(line);
      return !m_failed;
     }

   void              Enter(const string id, const string plain, const datetime at)
     {
      int n = ArraySize(m_entries);
      ArrayResize(m_entries, n + 1, 256);
      m_entries[n].id = id;
      m_entries[n].state = "acting";
      m_entries[n].plain = plain;
      m_entries[n].at = at;
      m_entries[n].filled = false;
      m_entries[n].ended = false;
     }

   void              Say(const int entry, const string status, const bool filled, const string body)
     {
      int n = ArraySize(m_acks);
      ArrayResize(m_acks, n + 1, 256);
      m_acks[n].entry = entry;
      m_acks[n].body = body;
      m_acks[n].debt = CAERUS_OWED;
      m_entries[entry].state = status;
      if(filled)
         m_entries[entry].filled = true;
      if(status == "closed")
         m_entries[entry].ended = true;
     }

   void              OweAgain(const int entry)
     {
      for(int i = 0; i < ArraySize(m_acks); i++)
         if(m_acks[i].entry == entry && m_acks[i].debt == CAERUS_SENT)
            m_acks[i].debt = CAERUS_OWED;
      m_first_owed = 0;
     }

   bool              Apply(const string line)
     {
      CCaerusJson json;
      ARRAY(uchar, bytes);
      string kind = "", id = "", text = "", body = "", n = "";
      CaerusUtf8(line, bytes);
      if(!json.Parse(bytes) || !json.String(0, "r", kind))
         return false;
      if(kind == "start")
         return true;
      if(kind == "sent" || kind == "never")
        {
         int ack = json.Decimal(0, "n", n) ? (int)StringToInteger(n) : -1;
         if(ack < 0 || ack >= ArraySize(m_acks))
            return false;
         m_acks[ack].debt = kind == "sent" ? CAERUS_SENT : CAERUS_NEVER;
         return true;
        }
      if(!json.String(0, "id", id))
         return false;
      int entry = Find(id);
      if(kind == "begin")
        {
         if(entry >= 0 || !json.String(0, "plain", text) || !json.Decimal(0, "at", n))
            return false;
         Enter(id, text, (datetime)StringToInteger(n));
         return true;
        }
      if(entry < 0)
         return false;
      if(kind == "again")
         OweAgain(entry);
      else
        {
         if(kind != "said" || !json.String(0, "status", text) || !json.String(0, "body", body))
            return false;
         Say(entry, text, json.Value(json.Find(0, "filled")) == "true", body);
        }
      return true;
     }

   string            Short(const string kind, const int ack, const string why)
     {
      CCaerusWriter w;
      w.Open("", "{");
      w.String("r", kind);
      w.Integer("n", ack);
      w.Maybe("why", why);
      w.Close("}");
      return w.Text();
     }

public:
                     CCaerusJournal() : m_first_owed(0), m_damaged(false), m_failed(false) {}

   // False when the file cannot be had: then nothing may be executed.
   bool              Open(const string file)
     {
      ARRAY(string, lines);
      bool opened = m_log.Open(file, lines, m_damaged);
      for(int i = 0; opened && i < ArraySize(lines); i++)
         if(!Apply(lines[i]))
            m_damaged = true;
      return opened;
     }

   void              Close() { m_log.Close(); }

   // Something in it cannot be read, or a line could not be written: no new position until a person looked.
   bool              Sound() const { return !m_damaged && !m_failed; }
   bool              Damaged() const { return m_damaged; }

   int               Count() const { return ArraySize(m_entries); }
   string            Id(const int entry) const { return m_entries[entry].id; }
   string            State(const int entry) const { return m_entries[entry].state; }
   string            Plain(const int entry) const { return m_entries[entry].plain; }
   datetime          At(const int entry) const { return m_entries[entry].at; }
   bool              Filled(const int entry) const { return m_entries[entry].filled; }
   bool              Ended(const int entry) const { return m_entries[entry].ended; }

   int               Find(const string id) const
     {
      for(int i = ArraySize(m_entries) - 1; i >= 0; i--)
         if(m_entries[i].id == id)
            return i;
      return -1;
     }

   // Enter a command as "acting". False when it is there already or cannot be written: it must not be executed.
   bool              BeginCommand(const string id, const string plain, const datetime at)
     {
      if(Find(id) >= 0 || m_damaged)
         return false;
      CCaerusWriter w;
      w.Open("", "{");
      w.String("r", "begin");
      w.String("id", id);
      w.Integer("at", (long)at);
      w.String("plain", plain);
      w.Close("}");
      if(!Write(w.Text()))
         return false;
      Enter(id, plain, at);
      return true;
     }

   // What came of a command; the hub is owed that. Kept in memory even when it cannot be written.
   void              Record(const SCaerusAck &ack)
     {
      int entry = Find(ack.command_id);
      if(entry < 0)
         return;
      string body = CaerusAckJson(ack);
      CCaerusWriter w;
      w.Open("", "{");
      w.String("r", "said");
      w.String("id", ack.command_id);
      w.String("status", ack.status);
      w.Bool("filled", ack.fill_price != "");
      w.String("body", body);
      w.Close("}");
      Write(w.Text());
      Say(entry, ack.status, ack.fill_price != "", body);
     }

   // The hub lists a command that it was told of: it never got the word.
   void              Repeat(const int entry)
     {
      bool sent = false;
      for(int i = 0; i < ArraySize(m_acks) && !sent; i++)
         sent = m_acks[i].entry == entry && m_acks[i].debt == CAERUS_SENT;
      if(!sent)
         return;
      Write("{\"r\":\"again\",\"id\":" + CaerusQuoted(m_entries[entry].id) + "}");
      OweAgain(entry);
     }

   // The oldest acknowledgement that is owed, -1 when none is.
   int               Owed()
     {
      while(m_first_owed < ArraySize(m_acks) && m_acks[m_first_owed].debt != CAERUS_OWED)
         m_first_owed++;
      return m_first_owed < ArraySize(m_acks) ? m_first_owed : -1;
     }

   string            Body(const int ack) const { return m_acks[ack].body; }

   void              Sent(const int ack)
     {
      Write(Short("sent", ack, ""));
      m_acks[ack].debt = CAERUS_SENT;
     }

   // The hub will never take it.
   void              Never(const int ack, const string why)
     {
      Write(Short("never", ack, why));
      m_acks[ack].debt = CAERUS_NEVER;
     }
  };

#endif
