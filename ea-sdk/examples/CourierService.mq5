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

// What the hub said goes on as it came; a courier understands no command and acknowledges none.
string CourierAnswer(CCaerusHttp &http, CCaerusAuth &auth, CCaerusClock &clock, string &cursor)
  {
   CCaerusJson answer;
   string path = "/api/v1/client/poll?" + (cursor == "" ? "" : "since=" + cursor + "&") + "wait="
                 + IntegerToString(WaitSeconds);
   ENUM_CAERUS_REASON reason = http.Send(auth, clock, "GET", path, "", 1000 * (WaitSeconds + 10), answer);
   if(reason != CAERUS_OK)
     {
      Print("courier: the hub did not serve: ", CaerusReason(reason), " ", http.Status(), " ", http.Detail());
      return "";
     }
   cursor = CaerusCursor(answer);
   return http.Body();
  }

void OnStart()
  {
   CCaerusHttp http;
   CCaerusAuth auth;
   CCaerusClock clock;
   CCaerusMailbox mailbox;
   string cursor = "";
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
      string answer = CourierAnswer(http, auth, clock, cursor);
      if(answer != "" && !mailbox.Write(answer, clock.Offset()))
         Print("courier: the mailbox could not be written");
      // without a wait of its own the hub would be asked without end
      if(WaitSeconds == 0)
         Sleep(1000);
     }
  }
