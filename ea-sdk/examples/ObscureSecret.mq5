// A script: prints the device secret in the form that hides it from a glance at the inputs. See the README for what that
// is worth.
#ifdef __MQL5__
#property script_show_inputs
#property copyright "Caerus"
#property version "1.00"
#endif

#include "../include/caerus_auth.mqh"

input string DeviceId = "";     // Shown when you registered this terminal
input string DeviceSecret = ""; // Shown once

void OnStart()
  {
   CCaerusAuth auth;
   if(auth.Begin(DeviceId, DeviceSecret))
      Print("DeviceSecret: ", CaerusObscured(DeviceSecret, DeviceId));
   else
      Print("DeviceId or DeviceSecret is not what registration showed");
  }
