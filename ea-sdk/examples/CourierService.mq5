// The courier: an MQL5 service that holds the line to the hub on a thread of its own and hands each answer, still sealed,
// to the EA. WebRequest blocks the only thread an EA has, and would stall its guards for as long as the hub lets it wait.
#ifdef __MQL5__
#property service
#property copyright "Caerus"
#property version "1.00"
#endif

#include "../include/caerus_http.mqh"
#include "../include/caerus_mailbox.mqh"

input string ApiBase = "https://hub.example.com"; // The hub: https://host[:port]
input string DeviceId = "";                       // The same as the EA's
input string DeviceSecret = "";                   // The same as the EA's
input int WaitSeconds = 25;                       // How long the hub may let an empty answer wait, 0 to 30
input int RetrySeconds = 30;                      // Longest pause between tries when the hub fails

// What the hub said goes on as it came; a courier understands no command and acknowledges none. While something waits to be
// acknowledged (`busy`) it asks each second: there may be more than one answer holds.
string CourierAnswer(CCaerusHttp &http, CCaerusAuth &auth, CCaerusClock &clock, string &cursor, bool &busy)
  {
   CCaerusJson answer;
   int wait = busy && WaitSeconds > 1 ? 1 : WaitSeconds;
   string path = "/api/v1/client/poll?" + (cursor == "" ? "" : "since=" + cursor + "&") + "wait="
                 + IntegerToString(wait);
   ENUM_CAERUS_REASON reason = http.Send(auth, clock, "GET", path, "", 1000 * (wait + 10), answer);
   if(reason != CAERUS_OK)
     {
      Print("courier: the hub did not serve: ", CaerusReason(reason), " ", http.Status(), " ", http.Detail());
      return "";
     }
   cursor = CaerusCursor(answer);
   busy = answer.Count(answer.Find(0, "commands")) > 0;
   return http.Body();
  }

// The EA may have the mailbox open in that moment. What could not be handed over is asked for anew.
void CourierHandOver(CCaerusMailbox &mailbox, const string answer, const long offset, string &cursor)
  {
   for(int i = 0; i < 20; i++)
     {
      if(mailbox.Write(answer, offset))
         return;
      Sleep(50);
     }
   Print("courier: the mailbox could not be written");
   cursor = "";
  }

void OnStart()
  {
   CCaerusHttp http;
   CCaerusAuth auth;
   CCaerusClock clock;
   CCaerusMailbox mailbox;
   string cursor = "";
   bool busy = false;
   if(!http.Begin(ApiBase, RetrySeconds) || !auth.Begin(DeviceId, DeviceSecret) || WaitSeconds < 0 || WaitSeconds > 30)
     {
      Print("courier: ApiBase, DeviceId, DeviceSecret or WaitSeconds is wrong");
      return;
     }
   mailbox.Begin(DeviceId);
   MathSrand((uint)GetMicrosecondCount());
   while(!IsStopped())
     {
      if(!http.Ready())
        {
         Sleep(100);
         continue;
        }
      string answer = CourierAnswer(http, auth, clock, cursor, busy);
      if(answer != "")
         CourierHandOver(mailbox, answer, clock.Offset(), cursor);
      // the hub may have reason to answer at once, again and again
      Sleep(WaitSeconds == 0 ? 1000 : 200);
     }
  }
