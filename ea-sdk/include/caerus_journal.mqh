// What this terminal did with each command, written before it acts, and the acknowledgements it still owes.
//
// A command is never executed twice: it is entered as "acting" before anything is done, so after a crash it is found in
// that state and its fate is looked up at the broker instead of being tried again. Nor is one ever forgotten: when the
// file has grown long, a command that is settled and old keeps its id and its last word (caerus_record.mqh).
#ifndef CAERUS_JOURNAL_MQH
#define CAERUS_JOURNAL_MQH

#include "caerus_log.mqh"
#include "caerus_memory.mqh"

#define CAERUS_JOURNAL_LINES 20000
#define CAERUS_JOURNAL_SECONDS 2592000

class CCaerusJournal : public CCaerusMemory
  {
private:
   CCaerusLog        m_log;
   int               m_most;
   bool              m_damaged;
   bool              m_failed;

   // After a failure nothing more is written: a line that is missing in the middle would be worse than an end.
   bool              Write(const string line)
     {
      m_failed = m_failed || !m_log.Append(line);
      return !m_failed;
     }

   // How many lines the file has of commands that still have more than one; -1 when it cannot be had.
   int               Read(const string file)
     {
      ARRAY(string, lines);
      Clear();
      m_failed = false;
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
                     CCaerusJournal() : m_most(CAERUS_JOURNAL_LINES), m_damaged(false), m_failed(false) {}

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

   // Enter a command as "acting", with the account it is begun on. One that opens (`opens`) is not entered, and must not be
   // executed, when it cannot be written; what closes or takes back is then known to this program's life alone: to do it
   // again does no harm, to leave it may. False also when it is there already.
   bool              BeginCommand(const string id, const string plain, const datetime at, const bool opens,
                                  const string login, const string server)
     {
      SCaerusEntry entry;
      if(Find(id) >= 0 || (opens && m_damaged))
         return false;
      Blank(entry, id, plain, at);
      entry.login = login;
      entry.server = server;
      if(!Write(CaerusBeginLine(entry)) && opens)
         return false;
      Enter(entry);
      return true;
     }

   // A command that is refused before anything was begun, in one line: whenever the terminal dies, it never was "acting".
   void              Refuse(const SCaerusAck &ack, const string plain, const datetime at)
     {
      SCaerusEntry entry;
      SCaerusOwed owed;
      if(Find(ack.command_id) >= 0)
         return;
      Blank(entry, ack.command_id, plain, at);
      owed.entry = -1;
      owed.before = -1;
      owed.status = ack.status;
      owed.filled = false;
      owed.body = CaerusAckJson(ack);
      owed.debt = CAERUS_OWED;
      if(!Write(CaerusDoneLine(entry, owed)))
         return;
      Enter(entry);
      Owe(Find(ack.command_id), owed.status, owed.filled, owed.body);
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

   // The hub lists a command that it was told of: it never got the word. What it refused for good is said once more in
   // this program's life: something between may have refused it.
   void              Repeat(const int entry)
     {
      if(!m_entries[entry].revived && Any(entry, CAERUS_NEVER))
        {
         m_entries[entry].revived = true;
         OweAgain(entry, CAERUS_NEVER);
        }
      if(!Any(entry, CAERUS_SENT))
         return;
      Write("{\"r\":\"again\",\"id\":" + CaerusQuoted(m_entries[entry].id) + "}");
      OweAgain(entry, CAERUS_SENT);
     }

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
