// Who this terminal is: its keys, the canonical string of a request, its signature, and nonces.
#ifndef CAERUS_AUTH_MQH
#define CAERUS_AUTH_MQH

#include "caerus_hash.mqh"
#include "caerus_time.mqh"

bool CaerusVisible(const string text)
  {
   for(int i = 0; i < StringLen(text); i++)
     {
      int c = StringGetCharacter(text, i);
      if(c < '!' || c > '~')
         return false;
     }
   return true;
  }

// Six lines joined by a newline. "" when a part holds anything but visible ASCII: a newline in one would let two
// different requests share a signature.
string CaerusCanonical(const string method, const string path, const ARRAY_REF(uchar, body), const string caller,
                       const string nonce, const string timestamp)
  {
   if(!CaerusVisible(method + path + caller + nonce + timestamp))
      return "";
   ARRAY(uchar, digest);
   CaerusSha256(body, digest);
   return method + "\n" + path + "\n" + CaerusHex(digest) + "\n" + caller + "\n" + nonce + "\n" + timestamp;
  }

// HMAC-SHA256 of a text.
void CaerusMac(const ARRAY_REF(uchar, key), const string text, ARRAY_REF(uchar, mac))
  {
   ARRAY(uchar, message);
   CaerusUtf8(text, message);
   CaerusHmac(key, message, mac);
  }

// Exored with a keystream that the device's id makes: keeps a secret from eyes that pass over a set file, and from nobody
// who knows this file.
void CaerusMask(ARRAY_REF(uchar, bytes), const string device_id)
  {
   ARRAY(uchar, key);
   ARRAY(uchar, stream);
   CaerusUtf8(device_id, key);
   for(int i = 0; i < ArraySize(bytes); i++)
     {
      if(i % 32 == 0)
         CaerusMac(key, "caerus/mask/v1/" + IntegerToString(i / 32), stream);
      bytes[i] = (uchar)(bytes[i] ^ stream[i % 32]);
     }
  }

string CaerusObscured(const string shown, const string device_id)
  {
   ARRAY(uchar, bytes);
   CaerusUtf8(shown, bytes);
   CaerusMask(bytes, device_id);
   return "x1:" + CaerusBase64Url(bytes);
  }

// The secret as registration showed it. False when it is obscured and cannot be read.
bool CaerusPlainSecret(const string given, const string device_id, string &shown)
  {
   ARRAY(uchar, bytes);
   shown = given;
   if(StringSubstr(given, 0, 3) != "x1:")
      return true;
   if(!CaerusUnbase64Url(StringSubstr(given, 3), bytes))
      return false;
   CaerusMask(bytes, device_id);
   shown = CaerusText(bytes);
   CaerusWipe(bytes);
   return true;
  }

class CCaerusAuth
  {
private:
   ARRAY(uchar, m_secret);
   string            m_device;
   ulong             m_count;

public:
                     CCaerusAuth() : m_device(""), m_count(0) {}

   // `shown` is the text that registration showed: 43 letters of base64url, or "x1:" and what ObscureSecret made of it.
   bool              Begin(const string device_id, const string shown)
     {
      string plain = "";
      m_device = device_id;
      return CaerusPlainSecret(shown, device_id, plain) && StringLen(device_id) == 36 && CaerusVisible(device_id) && StringLen(plain) == 43
             && CaerusUnbase64Url(plain, m_secret) && ArraySize(m_secret) == 32;
     }

   string            Device() const { return m_device; }

   // 128 bits that no call had before. They need not be secret: a counter, the clocks and the secret make them.
   string            Nonce()
     {
      ARRAY(uchar, mac);
      m_count++;
      CaerusMac(m_secret, "caerus/nonce/" + IntegerToString((long)m_count) + "/" + IntegerToString((long)TimeLocal())
                + "/" + IntegerToString((long)GetMicrosecondCount()) + "/" + IntegerToString((long)GetTickCount64())
                + "/" + IntegerToString(MathRand()), mac);
      return StringSubstr(CaerusHex(mac), 0, 32);
     }

   string            Sign(const string canonical) const
     {
      ARRAY(uchar, mac);
      CaerusMac(m_secret, canonical, mac);
      return CaerusBase64(mac);
     }

   // The headers of one attempt; "" when a part cannot be signed.
   string            Headers(const string method, const string path, const ARRAY_REF(uchar, body), const datetime now)
     {
      string nonce = Nonce(), timestamp = CaerusRfc3339(now);
      string canonical = CaerusCanonical(method, path, body, m_device, nonce, timestamp);
      if(canonical == "")
         return "";
      return "X-Device-Id: " + m_device + "\r\nX-Nonce: " + nonce + "\r\nX-Timestamp: " + timestamp
             + "\r\nX-Signature: " + Sign(canonical) + "\r\n";
     }

   // The AES-256 key of a version.
   void              SealKey(const int version, ARRAY_REF(uchar, key)) const
     {
      CaerusMac(m_secret, "caerus/seal/v1/" + m_device + "/" + IntegerToString(version), key);
     }
  };

#endif
