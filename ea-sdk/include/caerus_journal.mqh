// What this terminal did with each command, written before it acts, and the acknowledgements it still owes.
//
// A command is never executed twice: it is entered as "acting" before anything is done, so after a crash it is found in
// that state and its fate is looked up at the broker instead of being tried again. Nor is one ever forgotten: when the
// file has grown long, a command that is settled and old keeps its id and its last word (caerus_record.mqh).
#ifndef CAERUS_JOURNAL_MQH
#define CAERUS_JOURNAL_MQH

#include "caerus_index.mqh"
#include "caerus_log.mqh"

#define CAERUS_JOURNAL_LINES 20000
#define CAERUS_JOURNAL_SECONDS 2592000

class CCaerusJournal
  {
private:
   CCaerusLog        m_log;
   ARRAY(SCaerusEntry, m_entries);
   ARRAY(SCaerusOwed, m_acks);
   CCaerusIndex      m_index;
   int               m_first_owed;
   int               m_most;
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
      // room for as many again: an array that grows by steps of one size is copied ever more often
      ArrayResize(m_entries, n + 1, n + 256);
      m_entries[n].id = id;
      m_entries[n].state = "acting";
      m_entries[n].plain = plain;
      m_entries[n].at = at;
      m_entries[n].filled = false;
      m_entries[n].ended = false;
      m_entries[n].last = -1;
      m_index.Add(m_entries);
     }

   void              Owe(const int entry, const string status, const bool filled, const string body)
     {
      int n = ArraySize(m_acks);
      ArrayResize(m_acks, n + 1, n + 256);
      m_acks[n].entry = entry;
      m_acks[n].status = status;
      m_acks[n].filled = filled;
      m_acks[n].body = body;
      m_acks[n].debt = CAERUS_OWED;
      m_acks[n].before = m_entries[entry].last;
      m_entries[entry].last = n;
      m_entries[entry].state = status;
      if(filled)
         m_entries[entry].filled = true;
      if(status == "closed")
         m_entries[entry].ended = true;
     }

   void              OweAgain(const int entry)
     {
      for(int i = m_entries[entry].last; i >= 0; i = m_acks[i].before)
        {
         if(m_acks[i].debt != CAERUS_SENT)
            continue;
         m_acks[i].debt = CAERUS_OWED;
         if(i < m_first_owed)
            m_first_owed = i;
        }
     }

   bool              ApplyPaid(const CCaerusJson &json, const ENUM_CAERUS_DEBT debt)
     {
      string n = "";
      int ack = json.Decimal(0, "n", n) ? (int)StringToInteger(n) : -1;
      if(ack < 0 || ack >= ArraySize(m_acks))
         return false;
      m_acks[ack].debt = debt;
      return true;
     }

   bool              ApplyBegin(const CCaerusJson &json, const string id)
     {
      string plain = "", at = "";
      if(Find(id) >= 0 || !json.String(0, "plain", plain) || !json.Decimal(0, "at", at))
         return false;
      Enter(id, plain, (datetime)StringToInteger(at));
      return true;
     }

   bool              ApplySaid(const CCaerusJson &json, const int entry)
     {
      string status = "", body = "";
      if(entry < 0 || !json.String(0, "status", status) || !json.String(0, "body", body))
         return false;
      Owe(entry, status, json.Value(json.Find(0, "filled")) == "true", body);
      return true;
     }

   bool              ApplyDone(const CCaerusJson &json, const string id)
     {
      if(!ApplyBegin(json, id) || !ApplySaid(json, ArraySize(m_entries) - 1))
         return false;
      bool never = json.Value(json.Find(0, "never")) == "true";
      m_acks[ArraySize(m_acks) - 1].debt = never ? CAERUS_NEVER : CAERUS_SENT;
      return true;
     }

   bool              Apply(const string line)
     {
      CCaerusJson json;
      ARRAY(uchar, bytes);
      string kind = "", id = "";
      CaerusUtf8(line, bytes);
      if(!json.Parse(bytes) || !json.String(0, "r", kind))
         return false;
      if(kind == "start")
         return true;
      if(kind == "sent" || kind == "never")
         return ApplyPaid(json, kind == "sent" ? CAERUS_SENT : CAERUS_NEVER);
      if(!json.String(0, "id", id))
         return false;
      if(kind == "begin")
         return ApplyBegin(json, id);
      if(kind == "done")
         return ApplyDone(json, id);
      int entry = Find(id);
      if(kind == "said")
         return ApplySaid(json, entry);
      if(kind != "again" || entry < 0)
         return false;
      OweAgain(entry);
      return true;
     }

   // How many lines the file has of commands that still have more than one; -1 when it cannot be had.
   int               Read(const string file)
     {
      ARRAY(string, lines);
      ArrayResize(m_entries, 0);
      ArrayResize(m_acks, 0);
      m_index.Clear();
      m_first_owed = 0;
      if(!m_log.Open(file, lines, m_damaged))
         return -1;
      int count = 0;
      for(int i = 0; i < ArraySize(lines); i++)
        {
         if(!Apply(lines[i]))
            m_damaged = true;
         if(StringFind(lines[i], "{\"r\":\"done\"") != 0)
            count++;
        }
      return count;
     }

   // Old is what began so long before the newest: no clock is asked, which may be wrong before the hub was heard.
   datetime          Before() const
     {
      int n = ArraySize(m_entries);
      return n == 0 ? 0 : (datetime)((long)m_entries[n - 1].at - CAERUS_JOURNAL_SECONDS);
     }

public:
                     CCaerusJournal() : m_first_owed(0), m_most(CAERUS_JOURNAL_LINES), m_damaged(false), m_failed(false) {}

   // How many lines it may have before it is shortened when it is opened.
   void              ShortenAfter(const int lines) { m_most = lines; }

   // False when the file cannot be had: then nothing may be executed. One that is damaged stays as it is, to be looked at.
   bool              Open(const string file)
     {
      int count = Read(file);
      if(count <= m_most || m_damaged)
         return count >= 0;
      ARRAY(string, lines);
      CaerusShorter(m_entries, m_acks, Before(), lines);
      if(m_log.Replace(file, lines))
         return Read(file) >= 0;
      Print("caerus: the journal could not be shortened and goes on as it is");
      return true;
     }

   void              Close() { m_log.Close(); }

   // Something in it cannot be read, or a line could not be written: no new position until a person looked.
   bool              Sound() const { return !m_damaged && !m_failed; }

   int               Count() const { return ArraySize(m_entries); }
   string            Id(const int entry) const { return m_entries[entry].id; }
   string            State(const int entry) const { return m_entries[entry].state; }
   string            Plain(const int entry) const { return m_entries[entry].plain; }
   datetime          At(const int entry) const { return m_entries[entry].at; }
   bool              Filled(const int entry) const { return m_entries[entry].filled; }
   bool              Ended(const int entry) const { return m_entries[entry].ended; }

   int               Find(const string id) const { return m_index.Find(m_entries, id); }

   // Enter a command as "acting". False when it is there already or cannot be written: it must not be executed.
   bool              BeginCommand(const string id, const string plain, const datetime at)
     {
      if(Find(id) >= 0 || m_damaged)
         return false;
      if(!Write(CaerusBeginLine(id, at, plain)))
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
      bool filled = ack.fill_price != "";
      Write(CaerusSaidLine(ack.command_id, ack.status, filled, body));
      Owe(entry, ack.status, filled, body);
     }

   // The hub lists a command that it was told of: it never got the word.
   void              Repeat(const int entry)
     {
      bool sent = false;
      for(int i = m_entries[entry].last; i >= 0 && !sent; i = m_acks[i].before)
         sent = m_acks[i].debt == CAERUS_SENT;
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
      Write(CaerusPaidLine(CAERUS_SENT, ack, ""));
      m_acks[ack].debt = CAERUS_SENT;
     }

   // The hub will never take it.
   void              Never(const int ack, const string why)
     {
      Write(CaerusPaidLine(CAERUS_NEVER, ack, why));
      m_acks[ack].debt = CAERUS_NEVER;
     }
  };

#endif
