// What the journal knows of a command, the lines in which it is written down, and how few of them are enough.
#ifndef CAERUS_RECORD_MQH
#define CAERUS_RECORD_MQH

#include "caerus_models.mqh"

enum ENUM_CAERUS_DEBT
  {
   CAERUS_OWED,
   CAERUS_SENT,
   CAERUS_NEVER
  };

// `state` is "acting" or the newest status. `filled`, `ended`: whether an acknowledgement said so. `plain` "": it is settled
// long since, and only its last word was kept. `login`, `server`: the account it was begun on; "" when that was not written
// down. `revived`: what the hub had refused to hear was owed again in this program's life. `last` is its newest
// acknowledgement, -1 when it has none; `before` of an acknowledgement is the one before it of the same entry.
struct SCaerusEntry
  {
   string            id;
   string            state;
   string            plain;
   datetime          at;
   bool              filled;
   bool              ended;
   string            login;
   string            server;
   bool              revived;
   int               last;
  };

struct SCaerusOwed
  {
   int               entry;
   string            status;
   bool              filled;
   string            body;
   ENUM_CAERUS_DEBT  debt;
   int               before;
  };

string CaerusBeginLine(const SCaerusEntry &entry)
  {
   CCaerusWriter w;
   w.Open("", "{");
   w.String("r", "begin");
   w.String("id", entry.id);
   w.Integer("at", (long)entry.at);
   w.Maybe("login", entry.login);
   w.Maybe("server", entry.server);
   w.String("plain", entry.plain);
   w.Close("}");
   return w.Text();
  }

string CaerusSaidLine(const string id, const string status, const bool filled, const string body)
  {
   CCaerusWriter w;
   w.Open("", "{");
   w.String("r", "said");
   w.String("id", id);
   w.String("status", status);
   w.Bool("filled", filled);
   w.String("body", body);
   w.Close("}");
   return w.Text();
  }

// The acknowledgement number `ack` of the file was sent, or the hub will never take it.
string CaerusPaidLine(const ENUM_CAERUS_DEBT debt, const int ack, const string why)
  {
   CCaerusWriter w;
   w.Open("", "{");
   w.String("r", debt == CAERUS_SENT ? "sent" : "never");
   w.Integer("n", ack);
   w.Maybe("why", why);
   w.Close("}");
   return w.Text();
  }

// A command that takes another back keeps its text: it holds against that one for as long as it may come.
string CaerusKeptText(const string plain)
  {
   SCaerusCommand command;
   ARRAY(uchar, bytes);
   CaerusUtf8(plain, bytes);
   return CaerusReadCommand(bytes, command) && command.kind == "cancel" ? plain : "";
  }

// All that is kept of an entry that is over: it is known for ever, and its last word can be said again.
string CaerusDoneLine(const SCaerusEntry &entry, const SCaerusOwed &last)
  {
   CCaerusWriter w;
   w.Open("", "{");
   w.String("r", "done");
   w.String("id", entry.id);
   w.Integer("at", (long)entry.at);
   w.String("plain", CaerusKeptText(entry.plain));
   w.String("status", last.status);
   w.Bool("filled", last.filled);
   w.Bool("never", last.debt == CAERUS_NEVER);
   if(last.debt == CAERUS_OWED)
      w.Bool("owed", true);
   w.String("body", last.body);
   w.Close("}");
   return w.Text();
  }

bool CaerusFinal(const string state) { return state == "closed" || state == "failed" || state == "refused"; }

// For each entry its last acknowledgement, if that is all that need be kept: it began before `before`, is over, and owes
// nothing. Else -1.
void CaerusSettled(const ARRAY_REF(SCaerusEntry, entries), const ARRAY_REF(SCaerusOwed, acks), const datetime before,
                   ARRAY_REF(int, last))
  {
   ArrayResize(last, ArraySize(entries));
   for(int i = 0; i < ArraySize(last); i++)
      last[i] = -1;
   for(int ack = 0; ack < ArraySize(acks); ack++)
      last[acks[ack].entry] = ack;
   for(int i = 0; i < ArraySize(last); i++)
      if(!CaerusFinal(entries[i].state) || entries[i].at >= before)
         last[i] = -1;
   for(int ack = 0; ack < ArraySize(acks); ack++)
      if(acks[ack].debt == CAERUS_OWED)
         last[acks[ack].entry] = -1;
  }

void CaerusAdd(ARRAY_REF(string, lines), const string line)
  {
   int n = ArraySize(lines);
   ArrayResize(lines, n + 1, n + 256);
   lines[n] = line;
  }

// The lines of a file that says the same in fewer words. Entries and acknowledgements keep their order.
void CaerusShorter(const ARRAY_REF(SCaerusEntry, entries), const ARRAY_REF(SCaerusOwed, acks), const datetime before,
                   ARRAY_REF(string, lines))
  {
   ARRAY(int, last);
   int number = 0;
   ArrayResize(lines, 0);
   CaerusSettled(entries, acks, before, last);
   for(int i = 0; i < ArraySize(entries); i++)
      if(last[i] < 0)
         CaerusAdd(lines, CaerusBeginLine(entries[i]));
      else
        {
         CaerusAdd(lines, CaerusDoneLine(entries[i], acks[last[i]]));
         number++;
        }
   for(int ack = 0; ack < ArraySize(acks); ack++)
     {
      int entry = acks[ack].entry;
      if(last[entry] >= 0)
         continue;
      CaerusAdd(lines, CaerusSaidLine(entries[entry].id, acks[ack].status, acks[ack].filled, acks[ack].body));
      if(acks[ack].debt != CAERUS_OWED)
         CaerusAdd(lines, CaerusPaidLine(acks[ack].debt, number, ""));
      number++;
     }
  }

#endif
