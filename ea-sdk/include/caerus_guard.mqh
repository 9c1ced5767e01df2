// What is checked before a position is opened, and what stops all opening. Guards refuse and close; none ever opens.
#ifndef CAERUS_GUARD_MQH
#define CAERUS_GUARD_MQH

#include "caerus_models.mqh"

#define CAERUS_LIMIT_OFFSET_POINTS 10

enum ENUM_CAERUS_MODE
  {
   CAERUS_APPROVAL,
   CAERUS_COPY
  };

// What the owner of the terminal set. 0 is no bound.
struct SCaerusLimits
  {
   ENUM_CAERUS_MODE  mode;
   double            max_spread_points;
   int               slippage_points;
   int               close_deviation_points;
   double            risk_percent;
   double            max_volume;
   double            equity_floor;
   int               safe_after_seconds;
   int               settle_seconds;
  };

double CaerusSign(const SCaerusCommand &command) { return command.side == "buy" ? 1.0 : -1.0; }

bool CaerusPassed(const SCaerusCommand &command, const MqlTick &tick)
  {
   double touch = command.side == "buy" ? tick.ask : tick.bid;
   return command.order_type == "market"
          || (command.order_type == "stop" && CaerusSign(command) * (touch - StringToDouble(command.entry)) >= 0.0);
  }

// The price at which the order would work now. A limit that the market has reached moves 10 points to the passive side,
// one that it has not reached stays; a stop order that the market has passed, and a market order, meet the touch.
double CaerusWorkingPrice(const SCaerusCommand &command, const MqlTick &tick, const string symbol)
  {
   double entry = StringToDouble(command.entry), sign = CaerusSign(command), price = entry;
   double touch = command.side == "buy" ? tick.ask : tick.bid;
   if(command.order_type == "limit" && sign * (entry - touch) >= 0.0)
      price = touch - sign * CAERUS_LIMIT_OFFSET_POINTS * SymbolInfoDouble(symbol, SYMBOL_POINT);
   if(CaerusPassed(command, tick))
      price = touch;
   return NormalizeDouble(price, (int)SymbolInfoInteger(symbol, SYMBOL_DIGITS));
  }

string CaerusOver(const string bound, const double points, const string most)
  {
   return bound + ": " + DoubleToString(points, 1) + " points against " + most;
  }

// The symbol's quote now; false before the first one came.
bool CaerusTick(const string symbol, MqlTick &tick)
  {
   return SymbolInfoTick(symbol, tick) && tick.bid > 0.0 && tick.ask >= tick.bid;
  }

// When an order ends that was not filled: with its signal, or with the consent, which was to a fill until then.
datetime CaerusUntil(const SCaerusCommand &command)
  {
   bool consent = command.valid_until != 0 && command.valid_until < command.expires_at;
   return consent ? command.valid_until : command.expires_at;
  }

// Which of the two is past; "" when neither is.
string CaerusEnded(const SCaerusCommand &command, const datetime now)
  {
   if(command.expires_at <= now)
      return "expires_at: the signal ended at " + CaerusRfc3339(command.expires_at);
   if(command.valid_until != 0 && command.valid_until <= now)
      return "valid_until: the consent ended at " + CaerusRfc3339(command.valid_until);
   return "";
  }

// The consent bound that does not hold, with its figures; "" when all hold. Points are the symbol's own.
string CaerusBrokenBound(const SCaerusCommand &command, const MqlTick &tick, const string symbol)
  {
   double point = SymbolInfoDouble(symbol, SYMBOL_POINT), spread = (tick.ask - tick.bid) / point;
   double drift = MathAbs(CaerusWorkingPrice(command, tick, symbol) - StringToDouble(command.entry)) / point;
   if(command.max_drift != "" && drift > StringToDouble(command.max_drift) + 1e-6)
      return CaerusOver("max_drift_points", drift, command.max_drift);
   if(command.max_spread != "" && spread > StringToDouble(command.max_spread) + 1e-6)
      return CaerusOver("max_spread_points", spread, command.max_spread);
   return "";
  }

// Stop on the losing side and target on the winning side of where the order would work.
bool CaerusProtected(const SCaerusCommand &command, const double price)
  {
   double sign = CaerusSign(command), stop = StringToDouble(command.stop), target = StringToDouble(command.target);
   return price > 0.0 && stop > 0.0 && sign * (price - stop) > 0.0 && sign * (target - price) > 0.0;
  }

// `volume` on the symbol's step and within its bounds.
double CaerusClampVolume(const double volume, const string symbol)
  {
   double step = SymbolInfoDouble(symbol, SYMBOL_VOLUME_STEP);
   double stepped = NormalizeDouble(MathRound(volume / step) * step, 8);
   return MathMin(MathMax(stepped, SymbolInfoDouble(symbol, SYMBOL_VOLUME_MIN)),
                  SymbolInfoDouble(symbol, SYMBOL_VOLUME_MAX));
  }

// Lots that lose `risk_percent` of the balance when a trade from the entry ends at the stop; 0 when that cannot be
// reckoned. The least volume of a small account may therefore risk more.
double CaerusLots(const SCaerusCommand &command, const string symbol, const double risk_percent)
  {
   double size = SymbolInfoDouble(symbol, SYMBOL_TRADE_TICK_SIZE);
   double value = SymbolInfoDouble(symbol, SYMBOL_TRADE_TICK_VALUE), balance = AccountInfoDouble(ACCOUNT_BALANCE);
   double distance = MathAbs(StringToDouble(command.entry) - StringToDouble(command.stop));
   if(size <= 0.0 || value <= 0.0 || balance <= 0.0 || distance <= 0.0 || risk_percent <= 0.0)
      return 0.0;
   return CaerusClampVolume(balance * risk_percent / 100.0 / (distance / size * value), symbol);
  }

// Why this account's own limits refuse a command; "" when they do not.
string CaerusOwnRefusal(const SCaerusCommand &command, const MqlTick &tick, const string symbol,
                        const SCaerusLimits &limits)
  {
   if(limits.mode == CAERUS_APPROVAL && command.volume != "")
      return "mode: this terminal executes approvals only, copying is switched off on it";
   if(AccountInfoInteger(ACCOUNT_MARGIN_MODE) != ACCOUNT_MARGIN_MODE_RETAIL_HEDGING)
      return "netting: an account that nets positions cannot tell one trade from another";
   double spread = (tick.ask - tick.bid) / SymbolInfoDouble(symbol, SYMBOL_POINT);
   if(limits.max_spread_points > 0.0 && spread > limits.max_spread_points + 1e-6)
      return CaerusOver("max_spread", spread, DoubleToString(limits.max_spread_points, 1));
   if(limits.equity_floor > 0.0 && AccountInfoDouble(ACCOUNT_EQUITY) <= limits.equity_floor)
      return "equity_floor: equity is at or under " + DoubleToString(limits.equity_floor, 2);
   return "";
  }

// Why nothing may be opened now, whatever it is: safe mode. "" when opening is allowed.
string CaerusSafeMode(const bool answered, const long silence_seconds, const bool journal_sound,
                      const SCaerusLimits &limits)
  {
   if(!journal_sound)
      return "the journal is damaged or cannot be written";
   // until then nobody knows whether the clock is right, and with it what a consent still covers
   if(!answered)
      return "waiting for the hub's first answer";
   if(silence_seconds > limits.safe_after_seconds)
      return "the hub has not been heard for " + IntegerToString(silence_seconds) + " s";
   if(!TerminalInfoInteger(TERMINAL_CONNECTED))
      return "the terminal is not connected to its broker";
   if(!TerminalInfoInteger(TERMINAL_TRADE_ALLOWED) || !MQLInfoInteger(MQL_TRADE_ALLOWED))
      return "algorithmic trading is switched off";
   return "";
  }

#endif
