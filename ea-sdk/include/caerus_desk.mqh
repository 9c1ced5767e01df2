// The desk between hub and broker: takes each command of a poll once.
#ifndef CAERUS_DESK_MQH
#define CAERUS_DESK_MQH

#include "caerus_follow.mqh"
#include "caerus_seal.mqh"

class CCaerusDesk : public CCaerusFollower
  {
private:
   // Whether nobody knows yet what a command that closes or takes back would meet: the terminal shows nothing, what it takes
   // back may or may not be at the broker, or was placed on another account.
   bool              TooEarly(const SCaerusCommand &command) const
     {
      int entry = command.kind == "cancel" ? m_journal.Find(command.opens) : -1;
      if(!TerminalInfoInteger(TERMINAL_CONNECTED))
         return true;
      return entry >= 0
             && (m_journal.State(entry) == "acting" || m_journal.State(entry) == "unknown" || !Here(entry));
     }

   bool              Enter(const SCaerusCommand &command, const string plain, const datetime now)
     {
      return m_journal.BeginCommand(command.id, plain, now, command.kind == "open", CaerusLogin(),
                                    AccountInfoString(ACCOUNT_SERVER));
     }

   void              Open(const SCaerusCommand &command, const string plain, const datetime now, const string safe_mode)
     {
      SCaerusAck ack;
      if(safe_mode != "")
        {
         Complain("safe mode, nothing is opened: " + safe_mode);
         return;
        }
      CaerusBlank(ack, command.id, "refused", now);
      ack.error = m_executor.Elsewhere(command);
      if(ack.error != "")
        {
         Tell(ack);
         m_journal.Refuse(ack, plain, now);
         return;
        }
      if(m_executor.Unquoted(command, now))
        {
         Complain("the terminal has no quotes of " + command.instrument + " yet, its commands wait");
         return;
        }
      if(Enter(command, plain, now))
         Place(m_journal.Find(command.id), command, now);
     }

public:
   // One command of a poll: opened, entered, executed, recorded. What cannot be opened is not acknowledged: after a
   // change of keys it may still be.
   ENUM_CAERUS_REASON Take(const CCaerusAuth &auth, const SCaerusSealed &sealed, const datetime now,
                           const string safe_mode)
     {
      ARRAY(uchar, plain);
      SCaerusCommand command;
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
      if(command.kind == "open")
         Open(command, CaerusText(plain), now, safe_mode);
      else
         if(!TooEarly(command) && Enter(command, CaerusText(plain), now))
            Undo(m_journal.Find(command.id), command, now, safe_mode);
      return CAERUS_OK;
     }

   int               Owed() { return m_journal.Owed(); }
   string            Body(const int ack) const { return m_journal.Body(ack); }
   void              Sent(const int ack) { m_journal.Sent(ack); }
   void              Never(const int ack, const string why) { m_journal.Never(ack, why); }
  };

#endif
