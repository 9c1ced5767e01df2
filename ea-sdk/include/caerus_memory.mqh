// What the lines of a journal say: the commands, each found by its id, and what was said of them.
#ifndef CAERUS_MEMORY_MQH
#define CAERUS_MEMORY_MQH

#include "caerus_index.mqh"

class CCaerusMemory
  {
protected:
   ARRAY(SCaerusEntry, m_entries);
   ARRAY(SCaerusOwed, m_acks);
   CCaerusIndex      m_index;
   int               m_first_owed;

   void              Clear()
     {
      ArrayResize(m_entries, 0);
      ArrayResize(m_acks, 0);
      m_index.Clear();
      m_first_owed = 0;
     }

   void              Blank(SCaerusEntry &entry, const string id, const string plain, const datetime at) const
     {
      entry.id = id;
      entry.state = "acting";
      entry.plain = plain;
      entry.at = at;
      entry.filled = false;
      entry.ended = false;
      entry.login = "";
      entry.server = "";
      entry.revived = false;
      entry.last = -1;
     }

   void              Enter(const SCaerusEntry &entry)
     {
      int n = ArraySize(m_entries);
      // room for as many again: an array that grows by steps of one size is copied ever more often
      ArrayResize(m_entries, n + 1, n + 256);
      m_entries[n] = entry;
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

   bool              Any(const int entry, const ENUM_CAERUS_DEBT debt) const
     {
      for(int i = m_entries[entry].last; i >= 0; i = m_acks[i].before)
         if(m_acks[i].debt == debt)
            return true;
      return false;
     }

   void              OweAgain(const int entry, const ENUM_CAERUS_DEBT debt)
     {
      for(int i = m_entries[entry].last; i >= 0; i = m_acks[i].before)
        {
         if(m_acks[i].debt != debt)
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
      SCaerusEntry entry;
      if(Find(id) >= 0 || !json.String(0, "plain", plain) || !json.Decimal(0, "at", at))
         return false;
      Blank(entry, id, plain, (datetime)StringToInteger(at));
      if(!CaerusMaybeText(json, 0, "login", entry.login) || !CaerusMaybeText(json, 0, "server", entry.server))
         return false;
      Enter(entry);
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
      bool never = json.Value(json.Find(0, "never")) == "true", owed = json.Value(json.Find(0, "owed")) == "true";
      m_acks[ArraySize(m_acks) - 1].debt = never ? CAERUS_NEVER : owed ? CAERUS_OWED : CAERUS_SENT;
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
      OweAgain(entry, CAERUS_SENT);
      return true;
     }

public:
                     CCaerusMemory() : m_first_owed(0) {}

   int               Count() const { return ArraySize(m_entries); }
   string            Id(const int entry) const { return m_entries[entry].id; }
   string            State(const int entry) const { return m_entries[entry].state; }
   string            Plain(const int entry) const { return m_entries[entry].plain; }
   datetime          At(const int entry) const { return m_entries[entry].at; }
   string            Login(const int entry) const { return m_entries[entry].login; }
   string            Server(const int entry) const { return m_entries[entry].server; }
   bool              Filled(const int entry) const { return m_entries[entry].filled; }
   bool              Ended(const int entry) const { return m_entries[entry].ended; }

   int               Find(const string id) const { return m_index.Find(m_entries, id); }

   // The oldest acknowledgement that is owed, -1 when none is.
   int               Owed()
     {
      while(m_first_owed < ArraySize(m_acks) && m_acks[m_first_owed].debt != CAERUS_OWED)
         m_first_owed++;
      return m_first_owed < ArraySize(m_acks) ? m_first_owed : -1;
     }

   string            Body(const int ack) const { return m_acks[ack].body; }
  };

#endif
