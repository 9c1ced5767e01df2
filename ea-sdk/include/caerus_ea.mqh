// An Expert Advisor's turn: guard, follow, tell, ask, act, show. Called by a timer; never waits longer than it must.
#ifndef CAERUS_EA_MQH
#define CAERUS_EA_MQH

#include "caerus_desk.mqh"
#include "caerus_http.mqh"
#include "caerus_mailbox.mqh"
#include "caerus_report.mqh"

#define CAERUS_TIMEOUT_MS 5000
#define CAERUS_UNLINKED_SECONDS 30
#define CAERUS_CHECK_SECONDS 43200
#define CAERUS_MEND_SECONDS 600
#define CAERUS_FLUSH_MS 1000
#define CAERUS_NO_MAIL_SECONDS 45

struct SCaerusSettings
  {
   string            base;
   string            device_id;
   string            secret;
   string            symbols;
   string            instruments;
   long              magic;
   int               poll_ms;
   int               snapshot_seconds;
   int               retry_seconds;
   bool              courier;
   SCaerusLimits     limits;
  };

class CCaerusEa
  {
private:
   SCaerusSettings   m_set;
   CCaerusAuth       m_auth;
   CCaerusClock      m_clock;
   CCaerusHttp       m_http;
   CCaerusDesk       m_desk;
   CCaerusMailbox    m_mailbox;
   string            m_cursor;
   string            m_mode;
   string            m_said;
   string            m_found;
   bool              m_heard;
   // The courier is silent: the EA asks the hub itself.
   bool              m_alone;
   ulong             m_check_at;
   ulong             m_poll_at;
   ulong             m_show_at;
   ulong             m_deal;

   void              Say(const string text)
     {
      if(text != m_said)
         Print("caerus: ", text);
      m_said = text;
     }

   ENUM_CAERUS_REASON Send(const string method, const string path, const string body, CCaerusJson &answer)
     {
      ENUM_CAERUS_REASON reason = m_http.Send(m_auth, m_clock, method, path, body, CAERUS_TIMEOUT_MS, answer);
      if(reason != CAERUS_OK)
         Say("the hub did not serve " + method + " " + StringSubstr(path, 0, 26) + ": " + CaerusReason(reason) + " "
             + IntegerToString(m_http.Status()) + " " + m_http.Detail());
      return reason;
     }

   bool              Answered() const { return m_http.Answered() || m_mailbox.Answered(); }

   string            SafeMode()
     {
      long silence = m_http.Silence();
      if(m_set.courier && m_mailbox.Silence() < silence)
         silence = m_mailbox.Silence();
      return CaerusSafeMode(Answered(), silence, m_desk.Sound(), m_set.limits);
     }

   // Closes and takes back what this EA placed when equity has fallen to the floor. Goes on whether there is a hub or not;
   // without the broker nobody knows the equity.
   void              Guard()
     {
      if(m_set.limits.equity_floor > 0.0 && TerminalInfoInteger(TERMINAL_CONNECTED)
         && AccountInfoDouble(ACCOUNT_EQUITY) <= m_set.limits.equity_floor)
         m_desk.Flatten();
     }

   // The acknowledgements that are owed, oldest first; one that the hub will never take is set aside. No more of them than
   // a second has room for: with a slow hub the guard would wait for all of them.
   void              Flush()
     {
      ulong until = GetTickCount64() + CAERUS_FLUSH_MS;
      for(int ack = m_desk.Owed(); ack >= 0 && m_http.Ready() && GetTickCount64() < until; ack = m_desk.Owed())
        {
         CCaerusJson answer;
         ENUM_CAERUS_REASON reason = Send("POST", "/api/v1/client/ack", m_desk.Body(ack), answer);
         if(reason == CAERUS_OK)
            m_desk.Sent(ack);
         else
            if(reason == CAERUS_REFUSED)
               m_desk.Never(ack, m_http.Detail());
            else
               return;
        }
     }

   // A program that is being ended leaves the rest to the next one: the terminal would refuse its orders.
   void              TakeAll(const CCaerusJson &answer)
     {
      for(int item = answer.First(answer.Find(0, "commands")); item >= 0; item = answer.Next(item))
        {
         if(IsStopped())
            return;
         SCaerusSealed sealed;
         if(CaerusReadSealed(answer, item, sealed))
            m_desk.Take(m_auth, sealed, m_clock.Now(), SafeMode());
         else
            Say("a command was passed over: " + CaerusReason(CAERUS_BAD_SHAPE));
        }
      m_cursor = CaerusCursor(answer);
     }

   // Whether the courier brought an answer. When it brought none for long (it may have ended, or never begun) the EA asks
   // for itself until one comes.
   bool              Mail(CCaerusJson &answer)
     {
      bool news = m_mailbox.Read(answer, m_clock), alone = m_mailbox.Silence() >= CAERUS_NO_MAIL_SECONDS;
      if(alone && !m_alone)
        {
         Print("caerus: no mail from the courier for ", CAERUS_NO_MAIL_SECONDS, " s: the EA asks the hub itself");
         m_cursor = "";
        }
      if(m_alone && !alone)
         Print("caerus: the courier brings mail again");
      m_alone = alone;
      return news;
     }

   // Whether there is an answer that was not seen before.
   bool              Poll(CCaerusJson &answer)
     {
      if(m_set.courier && Mail(answer))
         return true;
      if(m_set.courier && !m_alone)
         return false;
      if(!m_http.Ready() || GetTickCount64() < m_poll_at)
         return false;
      m_poll_at = GetTickCount64() + (ulong)m_set.poll_ms;
      string path = "/api/v1/client/poll?" + (m_cursor == "" ? "" : "since=" + m_cursor + "&") + "wait=0";
      return Send("GET", path, "", answer) == CAERUS_OK;
     }

   // What the terminal is, in time for a certificate to go on, and soon again while something keeps it away. What was found
   // is printed for whoever runs it, when it is news.
   void              CheckIn()
     {
      CCaerusJson answer;
      string mend = "", severity = "", about = "", found = "";
      bool blocked = false;
      if(Send("POST", "/api/v1/client/preflight", CaerusPreflight(m_clock, m_set.instruments), answer) != CAERUS_OK)
         return;
      for(int item = answer.First(answer.Find(0, "findings")); item >= 0; item = answer.Next(item))
         if(answer.String(item, "mend", mend) && answer.String(item, "severity", severity))
           {
            if(answer.String(item, "instrument", about) || answer.String(item, "symbol", about))
               mend = about + ": " + mend;
            found += "\ncaerus: preflight " + severity + ": " + mend;
            blocked = blocked || severity == "block";
           }
      if(found != m_found)
         Print(found == "" ? "caerus: preflight passed" : StringSubstr(found, 1));
      m_found = found;
      m_check_at = GetTickCount64() + (ulong)1000 * (blocked ? CAERUS_MEND_SECONDS : CAERUS_CHECK_SECONDS);
     }

   void              Show()
     {
      CCaerusJson answer;
      ulong newest = m_deal;
      if(m_set.snapshot_seconds <= 0 || !m_http.Ready() || GetTickCount64() < m_show_at)
         return;
      m_show_at = GetTickCount64() + (ulong)(1000 * m_set.snapshot_seconds);
      // not before the hub has put the clock right
      if(m_http.Answered() && GetTickCount64() >= m_check_at)
         CheckIn();
      string snapshot = CaerusSnapshot(m_clock, m_set.instruments, m_deal, newest);
      ENUM_CAERUS_REASON reason = Send("POST", "/api/v1/client/snapshot", snapshot, answer);
      // 404: its owner has not linked the account
      if(reason == CAERUS_REFUSED)
         m_show_at = GetTickCount64() + 1000 * CAERUS_UNLINKED_SECONDS;
      // with `doubt` the hub believes nothing of it: its deals go again with the next
      if(reason == CAERUS_OK && answer.IsNull(0, "doubt"))
         m_deal = newest;
     }

public:
                     CCaerusEa() : m_cursor(""), m_mode(""), m_said(""), m_found(""), m_heard(false), m_alone(false), m_check_at(0), m_poll_at(0),
                                   m_show_at(0), m_deal(0) {}

   // "" when it may run, else what to mend.
   string            Begin(const SCaerusSettings &settings)
     {
      m_set = settings;
      if(!m_http.Begin(m_set.base, m_set.retry_seconds))
         return "ApiBase must be https://host[:port] without a path";
      if(!m_auth.Begin(m_set.device_id, m_set.secret))
         return "DeviceId or DeviceSecret is not what registration showed";
      if(m_set.magic < 1 || m_set.magic > 32767)
         return "Magic must be 1 to 32767";
      MathSrand((uint)GetMicrosecondCount());
      // a terminal that changes its account begins the same program anew: another broker's deals, another report
      m_deal = 0;
      m_check_at = 0;
      m_mailbox.Begin(m_set.device_id);
      if(!m_desk.Begin("caerus-" + m_set.device_id + ".journal", m_set.limits, m_set.magic, m_set.symbols))
         return "the journal cannot be opened: is this EA on another chart too?";
      return "";
     }

   void              End() { m_desk.End(); }
   datetime          Now() const { return m_clock.Now(); }

   void              Turn()
     {
      CCaerusJson answer;
      if(IsStopped())
         return;
      Guard();
      bool news = Poll(answer);
      string mode = SafeMode();
      if(Answered() && !m_heard)
         Print("caerus: the hub answers");
      m_heard = Answered();
      // the reason's beginning: its figures change all the time
      if(StringSubstr(mode, 0, 16) != StringSubstr(m_mode, 0, 16))
         Print("caerus: ", mode == "" ? "safe mode is over" : "safe mode: nothing is opened: " + mode);
      m_mode = mode;
      // a terminal that is not connected may show less than there is
      if(TerminalInfoInteger(TERMINAL_CONNECTED))
         m_desk.Reconcile(m_clock.Now(), mode);
      else
         m_desk.Doubt();
      // what a crash left open is settled first
      if(news)
         TakeAll(answer);
      Flush();
      Show();
     }
  };

#endif
