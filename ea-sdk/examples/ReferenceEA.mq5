// The reference Expert Advisor: fetches what its owner approved, executes it once, and tells the hub what came of it.
//
// Approval mode executes what a person approved. Copy mode also executes what the hub copied for that person, within the
// bounds they set there. Attach it to one chart of an account that hedges; see ea-sdk/README.md.
#ifdef __MQL5__
#property copyright "Caerus"
#property version "1.00"
#property description "Executes signals you approved. Trading can lose money; nothing here promises otherwise."
#endif

#include "../include/caerus_ea.mqh"

input string ApiBase = "https://hub.example.com"; // The hub: https://host[:port]
input string DeviceId = "";                       // Shown when you registered this terminal
input string DeviceSecret = "";                   // Shown once; "x1:..." when it was obscured
input ENUM_CAERUS_MODE Mode = CAERUS_APPROVAL;    // What may be executed
input int PollMilliseconds = 1500;                // How often the hub is asked (without the courier)
input bool UseCourier = false;                    // CourierService holds the line to the hub
input int SlippagePoints = 20;                    // Most slippage of a market order, points
input int CloseDeviationPoints = 200;             // How far the price may move while a position is closed, points
input double MaxSpreadPoints = 60;                // Nothing is opened at a wider spread; 0: no bound
input double RiskPercent = 1.0;                   // Of the balance, where the hub gives no volume
input double MaxVolume = 0;                       // Most lots of one order; 0: no bound
input double EquityFloor = 0;                     // At or under it everything of this EA is closed; 0: off
input string SymbolMap = "XAUUSD=XAUUSD";         // Instrument=the broker's symbol; separated by ;
input string PreflightSymbols = "XAUUSD";         // The broker's symbols to report; separated by ;
input long Magic = 20260;                         // Marks this EA's orders, 1 to 32767
input int SnapshotSeconds = 5;                    // How often the account is shown to the hub; 0: never
input int SafeAfterSeconds = 60;                  // Silence of the hub after which nothing is opened
input int RetrySeconds = 30;                      // Longest pause between tries when the hub fails
input int SettleSeconds = 60;                     // How long an interrupted order may still turn up

CCaerusEa ExtEa;

int OnInit()
  {
   SCaerusSettings s;
   s.base = ApiBase;
   s.device_id = DeviceId;
   s.secret = DeviceSecret;
   s.symbols = SymbolMap;
   s.instruments = PreflightSymbols;
   s.magic = Magic;
   s.poll_ms = PollMilliseconds;
   s.snapshot_seconds = SnapshotSeconds;
   s.retry_seconds = RetrySeconds;
   s.courier = UseCourier;
   s.limits.mode = Mode;
   s.limits.max_spread_points = MaxSpreadPoints;
   s.limits.slippage_points = SlippagePoints;
   s.limits.close_deviation_points = CloseDeviationPoints;
   s.limits.risk_percent = RiskPercent;
   s.limits.max_volume = MaxVolume;
   s.limits.equity_floor = EquityFloor;
   s.limits.safe_after_seconds = SafeAfterSeconds;
   s.limits.settle_seconds = SettleSeconds;
   string wrong = ExtEa.Begin(s);
   if(wrong != "")
     {
      Alert("Caerus: ", wrong);
      return INIT_PARAMETERS_INCORRECT;
     }
   Print("caerus: started: ", ApiBase);
   EventSetMillisecondTimer(250);
   return INIT_SUCCEEDED;
  }

void OnTimer() { ExtEa.Turn(); }

void OnDeinit(const int reason)
  {
   EventKillTimer();
   ExtEa.End();
   Print("caerus: ended, reason ", reason);
  }
