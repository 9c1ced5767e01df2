// What the hub sends and gets, and why something was not taken. Prices, volumes and points stay the texts they came as.
#ifndef CAERUS_MODELS_MQH
#define CAERUS_MODELS_MQH

#include "caerus_json.mqh"
#include "caerus_time.mqh"
#include "caerus_write.mqh"

enum ENUM_CAERUS_REASON
  {
   CAERUS_OK,
   CAERUS_NOT_ALLOWED,
   CAERUS_UNREACHABLE,
   CAERUS_UNAUTHORISED,
   CAERUS_REFUSED,
   CAERUS_BUSY,
   CAERUS_HUB_FAILED,
   CAERUS_TOO_LARGE,
   CAERUS_NOT_JSON,
   CAERUS_BAD_SHAPE,
   CAERUS_BAD_SEAL,
   CAERUS_OTHER_COMMAND,
   CAERUS_UNSIGNABLE
  };

// One word for logs and tests; the README says what to do about each.
string CaerusReason(const ENUM_CAERUS_REASON reason)
  {
   switch(reason)
     {
      case CAERUS_OK:
         return "ok";
      case CAERUS_NOT_ALLOWED:
         return "not_allowed";
      case CAERUS_UNREACHABLE:
         return "unreachable";
      case CAERUS_UNAUTHORISED:
         return "unauthorised";
      case CAERUS_REFUSED:
         return "refused";
      case CAERUS_BUSY:
         return "busy";
      case CAERUS_HUB_FAILED:
         return "hub_failed";
      case CAERUS_TOO_LARGE:
         return "too_large";
      case CAERUS_NOT_JSON:
         return "not_json";
      case CAERUS_BAD_SHAPE:
         return "bad_shape";
      case CAERUS_BAD_SEAL:
         return "bad_seal";
      case CAERUS_OTHER_COMMAND:
         return "other_command";
      case CAERUS_UNSIGNABLE:
         return "unsignable";
     }
   return "unknown";
  }

// A command as polled: its id and times in the clear, the rest sealed for this device.
struct SCaerusSealed
  {
   string            id;
   string            kind;
   int               version;
   int               key_version;
   string            nonce;
   string            ciphertext;
  };

// `volume` "": this terminal sizes on its own account. A bound that is "" (or 0: valid_until) was not given. `accounts`: of
// those that the order is for each as `CaerusAccount` writes it; "": it is bound to none.
struct SCaerusCommand
  {
   string            id;
   string            kind;
   string            instrument;
   string            side;
   string            order_type;
   string            entry;
   string            stop;
   string            target;
   string            volume;
   datetime          issued_at;
   datetime          expires_at;
   datetime          valid_until;
   string            max_drift;
   string            max_spread;
   string            accounts;
   string            opens;
   string            server;
   string            login;
   string            ticket;
   string            symbol;
   string            reason;
  };

// What became of a command. What is "" is not said.
struct SCaerusAck
  {
   string            command_id;
   string            status;
   string            at;
   string            broker_ticket;
   string            fill_price;
   string            fill_volume;
   string            close_price;
   string            close_reason;
   string            error;
  };

void CaerusBlank(SCaerusAck &ack, const string command_id, const string status, const datetime at)
  {
   ack.command_id = command_id;
   ack.status = status;
   ack.at = CaerusRfc3339(at);
   ack.broker_ticket = "";
   ack.fill_price = "";
   ack.fill_volume = "";
   ack.close_price = "";
   ack.close_reason = "";
   ack.error = "";
  }

string CaerusAckJson(const SCaerusAck &ack)
  {
   CCaerusWriter w;
   w.Open("", "{");
   w.String("command_id", ack.command_id);
   w.String("status", ack.status);
   w.String("at", ack.at);
   w.Maybe("broker_ticket", ack.broker_ticket);
   w.Maybe("fill_price", ack.fill_price);
   w.Maybe("fill_volume", ack.fill_volume);
   w.Maybe("close_price", ack.close_price);
   w.Maybe("close_reason", ack.close_reason);
   w.Maybe("error", StringSubstr(ack.error, 0, 500));
   w.Close("}");
   return w.Text();
  }

// 8-4-4-4-12 hex digits.
bool CaerusUuid(const string text, ARRAY_REF(uchar, bytes))
  {
   string hex = "";
   ArrayResize(bytes, 0);
   if(StringLen(text) != 36)
      return false;
   for(int i = 0; i < 36; i++)
     {
      string letter = StringSubstr(text, i, 1);
      bool dash = i == 8 || i == 13 || i == 18 || i == 23;
      if(dash != (letter == "-"))
         return false;
      if(!dash)
         hex += letter;
     }
   return CaerusUnhex(hex, bytes);
  }

// A command's id as the comment of its order: 22 letters, because the terminal cuts a comment after 31.
string CaerusComment(const string command_id)
  {
   ARRAY(uchar, bytes);
   return CaerusUuid(command_id, bytes) ? CaerusBase64Url(bytes) : "";
  }

bool CaerusWhole(const CCaerusJson &json, const int object, const string key, int &value)
  {
   int item = json.Find(object, key);
   string text = json.Value(item);
   if(!json.Is(item, CAERUS_JSON_NUMBER) || StringLen(text) > 9 || StringFind(text, ".") >= 0 || !CaerusIsDecimal(text))
      return false;
   value = (int)StringToInteger(text);
   return true;
  }

// One item of a poll's `commands`; false when it has not the shape of one.
bool CaerusReadSealed(const CCaerusJson &json, const int item, SCaerusSealed &sealed)
  {
   ARRAY(uchar, id);
   int envelope = json.Find(item, "sealed");
   return json.String(item, "id", sealed.id) && CaerusUuid(sealed.id, id) && json.String(item, "kind", sealed.kind)
          && json.Is(envelope, CAERUS_JSON_OBJECT) && CaerusWhole(json, envelope, "v", sealed.version)
          && CaerusWhole(json, envelope, "key_version", sealed.key_version)
          && json.String(envelope, "nonce", sealed.nonce) && json.String(envelope, "ciphertext", sealed.ciphertext);
  }

// Missing and null are "" both.
bool CaerusMaybeText(const CCaerusJson &json, const int object, const string key, string &value)
  {
   value = "";
   return json.IsNull(object, key) || json.String(object, key, value);
  }

bool CaerusMaybeDecimal(const CCaerusJson &json, const int object, const string key, string &value)
  {
   value = "";
   return json.IsNull(object, key) || json.Decimal(object, key, value);
  }

bool CaerusReadTime(const CCaerusJson &json, const int object, const string key, datetime &at)
  {
   string text = "";
   return json.String(object, key, text) && CaerusParseRfc3339(text, at);
  }

bool CaerusReadBounds(const CCaerusJson &json, const int root, SCaerusCommand &command)
  {
   int bounds = json.Find(root, "bounds");
   command.valid_until = 0;
   command.max_drift = "";
   command.max_spread = "";
   if(json.IsNull(root, "bounds"))
      return true;
   if(!json.Is(bounds, CAERUS_JSON_OBJECT))
      return false;
   if(!json.IsNull(bounds, "valid_until") && !CaerusReadTime(json, bounds, "valid_until", command.valid_until))
      return false;
   return CaerusMaybeDecimal(json, bounds, "max_drift_points", command.max_drift)
          && CaerusMaybeDecimal(json, bounds, "max_spread_points", command.max_spread);
  }

// An account as one text. Servers are the same whatever their case.
string CaerusAccount(const string login, const string server)
  {
   string small = server;
   StringToLower(small);
   return CaerusQuoted(login) + CaerusQuoted(small) + ";";
  }

bool CaerusReadAccounts(const CCaerusJson &json, const int root, string &accounts)
  {
   int list = json.Find(root, "accounts");
   accounts = "";
   if(json.IsNull(root, "accounts"))
      return true;
   if(!json.Is(list, CAERUS_JSON_ARRAY))
      return false;
   for(int item = json.First(list); item >= 0; item = json.Next(item))
     {
      string login = "", server = "";
      if(!json.String(item, "login", login) || !json.String(item, "server", server))
         return false;
      accounts += CaerusAccount(login, server);
     }
   return true;
  }

bool CaerusReadOpen(const CCaerusJson &json, const int root, SCaerusCommand &command)
  {
   bool said = json.String(root, "instrument", command.instrument) && json.String(root, "side", command.side)
               && json.String(root, "order_type", command.order_type) && json.Decimal(root, "entry", command.entry)
               && json.Decimal(root, "stop", command.stop) && json.Decimal(root, "target", command.target)
               && CaerusMaybeDecimal(json, root, "volume", command.volume)
               && CaerusReadTime(json, root, "issued_at", command.issued_at)
               && CaerusReadTime(json, root, "expires_at", command.expires_at) && CaerusReadBounds(json, root, command)
               && CaerusReadAccounts(json, root, command.accounts);
   return said && (command.side == "buy" || command.side == "sell")
          && (command.order_type == "limit" || command.order_type == "stop" || command.order_type == "market");
  }

// The command in an opened envelope; false when a part is missing, of another kind, or not one of the known words.
bool CaerusReadCommand(const ARRAY_REF(uchar, plain), SCaerusCommand &command)
  {
   CCaerusJson json;
   ARRAY(uchar, id);
   command.volume = "";
   command.opens = "";
   command.server = "";
   command.login = "";
   command.accounts = "";
   command.expires_at = 0;
   if(!json.Parse(plain) || !json.Is(0, CAERUS_JSON_OBJECT) || !json.String(0, "command_id", command.id)
      || !CaerusUuid(command.id, id) || !json.String(0, "kind", command.kind))
      return false;
   if(!CaerusMaybeText(json, 0, "reason", command.reason))
      return false;
   if(command.kind == "open")
      return CaerusReadOpen(json, 0, command);
   if(command.kind == "cancel")
      return json.String(0, "opens", command.opens);
   return command.kind == "close" && json.String(0, "ticket", command.ticket)
          && CaerusMaybeText(json, 0, "server", command.server) && CaerusMaybeText(json, 0, "login", command.login)
          && CaerusMaybeText(json, 0, "symbol", command.symbol);
  }

#endif
