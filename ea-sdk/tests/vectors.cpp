// The SDK's pieces against vectors, one question a line on stdin, one answer a line on stdout. Fields are hex, or "-"
// for nothing, so that Python asks and judges.
#include <iostream>
#include <sstream>
#include "../shim/web.h"
#include "../include/caerus_crypto.mqh"

static Array<uchar> Bytes(std::istringstream &line) {
  std::string field;
  line >> field;
  Array<uchar> bytes;
  if (field != "-" && !CaerusUnhex(string::Of(field), bytes)) std::abort();
  return bytes;
}

static std::string Shown(const Array<uchar> &bytes) { return ArraySize(bytes) ? CaerusHex(bytes).utf8() : "-"; }

static std::string Answer(const std::string &what, std::istringstream &line) {
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
    return (what == "base64" ? CaerusBase64(bytes) : CaerusBase64Url(bytes)).utf8();
  } else if (what == "unbase64" || what == "unbase64url") {
    string text = CaerusText(Bytes(line));
    if (!CaerusDecode64(text, what == "unbase64url", out)) return "refused";
  } else {
    return "unknown question";
  }
  return Shown(out);
}

int main() {
  for (std::string text; std::getline(std::cin, text);) {
    std::istringstream line(text);
    std::string what;
    line >> what;
    std::cout << Answer(what, line) << std::endl;
  }
}
