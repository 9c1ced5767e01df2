// The SDK's pieces under questions: one a line on stdin, one answer a line on stdout. Fields are hex, "-" for nothing,
// so that Python asks and judges.
#include <Trade/Trade.mqh>
#include "run.h"
#include "../include/caerus_desk.mqh"
#include "../include/caerus_http.mqh"

using Line = std::istringstream;

static Array<uchar> Bytes(Line &line) {
  std::string field;
  line >> field;
  Array<uchar> bytes;
  if (field != "-" && !CaerusUnhex(string::Of(field), bytes)) std::abort();
  return bytes;
}
static string Text(Line &line) { return CaerusText(Bytes(line)); }
static std::string Shown(const Array<uchar> &bytes) { return ArraySize(bytes) ? CaerusHex(bytes).utf8() : "-"; }
static std::string Shown(const string &text) {
  Array<uchar> bytes;
  CaerusUtf8(text, bytes);
  return Shown(bytes);
}

static std::string Crypto(const std::string &what, Line &line) {
  Array<uchar> out;
  if (what == "sha256") {
    CaerusSha256(Bytes(line), out);
  } else if (what == "hmac") {
    auto key = Bytes(line);
    CaerusHmac(key, Bytes(line), out);
  } else if (what == "hkdf") {
    auto ikm = Bytes(line), salt = Bytes(line), info = Bytes(line);
    int length = 0;
    line >> length;
    if (!CaerusHkdf(ikm, salt, info, length, out)) return "refused";
  } else if (what == "gcm-seal" || what == "gcm-open") {
    auto key = Bytes(line), nonce = Bytes(line), associated = Bytes(line), text = Bytes(line);
    bool done = what == "gcm-seal" ? CaerusGcmSeal(key, nonce, associated, text, out)
                                   : CaerusGcmOpen(key, nonce, associated, text, out);
    if (!done) return "refused";
  } else if (what == "base64" || what == "base64url") {
    auto bytes = Bytes(line);
    return Shown(what == "base64" ? CaerusBase64(bytes) : CaerusBase64Url(bytes));
  } else if (what == "unbase64" || what == "unbase64url") {
    if (!CaerusDecode64(Text(line), what == "unbase64url", out)) return "refused";
  } else {
    return "";
  }
  return Shown(out);
}

// Written out again, so that Python can compare what was read with what it reads itself.
static void Rewrite(const CCaerusJson &json, int node, CCaerusWriter &w) {
  string key = json.Key(node);
  bool object = json.Is(node, CAERUS_JSON_OBJECT);
  if (json.Is(node, CAERUS_JSON_STRING)) {
    w.String(key, json.Value(node));
  } else if (object || json.Is(node, CAERUS_JSON_ARRAY)) {
    w.Open(key, object ? "{" : "[");
    for (int item = json.First(node); item >= 0; item = json.Next(item)) Rewrite(json, item, w);
    w.Close(object ? "}" : "]");
  } else {
    w.Raw(key, json.Value(node));
  }
}

static std::string Texts(const std::string &what, Line &line) {
  datetime at = 0;
  if (what == "json") {
    CCaerusJson json;
    CCaerusWriter w;
    if (!json.Parse(Bytes(line))) return "refused " + json.Error().utf8();
    Rewrite(json, 0, w);
    return Shown(w.Text());
  }
  if (what == "decimal") return CaerusIsDecimal(Text(line)) ? "yes" : "no";
  if (what == "rfc3339") return CaerusParseRfc3339(Text(line), at) ? std::to_string(at) : "refused";
  if (what == "http-date") return CaerusParseHttpDate(Text(line), at) ? std::to_string(at) : "refused";
  if (what == "write-time") {
    line >> at;
    return CaerusRfc3339(at).utf8();
  }
  if (what == "origin") return CaerusOrigin(Text(line)) ? "yes" : "no";
  if (what == "obscure") {
    string shown = Text(line);
    return Shown(CaerusObscured(shown, Text(line)));
  }
  if (what == "comment") return Shown(CaerusComment(Text(line)));
  return "";
}

// device, secret as shown, then the question's own fields.
static std::string Device(const std::string &what, Line &line) {
  CCaerusAuth auth;
  string device = Text(line), shown = Text(line);
  if (!auth.Begin(device, shown)) return "refused";
  if (what == "seal-key") {
    Array<uchar> key;
    int version = 0;
    line >> version;
    auth.SealKey(version, key);
    return Shown(key);
  }
  if (what == "sign") {
    string method = Text(line), path = Text(line);
    auto body = Bytes(line);
    string nonce = Text(line), canonical = CaerusCanonical(method, path, body, device, nonce, Text(line));
    return canonical == "" ? "refused" : Shown(canonical) + " " + Shown(auth.Sign(canonical));
  }
  if (what == "nonces") {
    std::string all;
    for (int i = 0; i < 1000; i++) all += auth.Nonce().utf8() + " ";
    return all;
  }
  if (what == "open") {
    CCaerusJson json;
    SCaerusSealed sealed;
    SCaerusCommand command;
    Array<uchar> plain;
    if (!json.Parse(Bytes(line)) || !CaerusReadSealed(json, 0, sealed)) return "bad_shape";
    ENUM_CAERUS_REASON reason = CaerusOpenCommand(auth, sealed, plain, command);
    return CaerusReason(reason).utf8() + " " + Shown(plain);
  }
  return "begun";
}

static std::string Journal(Line &line, bool shorten) {
  CCaerusJournal journal;
  std::string file, told, verb;
  int most = 0;
  line >> file;
  if (shorten && line >> most) journal.ShortenAfter(most);
  if (!journal.Open(string::Of(file))) return "refused";
  while (line >> verb) {
    string id = Text(line);
    int entry = journal.Find(id);
    SCaerusAck ack;
    CaerusBlank(ack, id, string::Of(verb), 1);
    if (verb == "begin") told += journal.BeginCommand(id, "plain \"text\" of " + id, 1700000000, true, "7001", "Shim-Demo") ? "begun " : "no ";
    else if (verb == "sent" && journal.Owed() >= 0) journal.Sent(journal.Owed());
    else if (verb == "repeat" && entry >= 0) journal.Repeat(entry);
    else if (verb != "sent" && verb != "repeat") journal.Record(ack);
  }
  for (int i = 0; i < journal.Count(); i++) told += journal.Id(i).utf8() + "=" + journal.State(i).utf8() + " ";
  int owed = 0;
  for (; journal.Owed() >= 0 && owed < 100; owed++) journal.Sent(journal.Owed());
  return told + "owed=" + std::to_string(owed) + (journal.Sound() ? " sound" : " unsound");
}

// How many strings are compared to open it; then to find each command once; how many commands there are.
static std::string Compared(Line &line) {
  CCaerusJournal journal;
  std::string file;
  line >> file;
  long before = ShimComparisons();
  if (!journal.Open(string::Of(file))) return "refused";
  long opened = ShimComparisons();
  for (int i = 0; i < journal.Count(); i++)
    if (journal.Find(journal.Id(i)) != i) return "lost " + journal.Id(i).utf8();
  long found = ShimComparisons();
  return std::to_string(opened - before) + " " + std::to_string(found - opened) + " " + std::to_string(journal.Count());
}

static std::string Answer(const std::string &what, Line &line) {
  if (what == "compared") return Compared(line);
  if (what == "journal" || what == "shorten") return Journal(line, what == "shorten");
  if (what == "seal-key" || what == "sign" || what == "open" || what == "nonces" || what == "begin") return Device(what, line);
  std::string told = Crypto(what, line);
  return told.empty() ? Texts(what, line) : told;
}

int main() {
  for (std::string text; std::getline(std::cin, text);) {
    Line line(text);
    std::string what;
    line >> what;
    std::string told = Answer(what, line);
    std::cout << (told.empty() ? "-" : told) << std::endl;
  }
}
