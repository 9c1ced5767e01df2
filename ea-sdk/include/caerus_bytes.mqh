// Bytes and their texts: UTF-8, hex, base64, base64url; comparison that takes the same time whatever differs.
#ifndef CAERUS_BYTES_MQH
#define CAERUS_BYTES_MQH

// The harness (ea-sdk/shim) has its own two words for dynamic arrays, because C++ spells them otherwise.
#ifndef ARRAY
#define ARRAY(type, name) type name[]
#define ARRAY_REF(type, name) type &name[]
#endif

const string CAERUS_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const string CAERUS_BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Text as UTF-8, without the zero that StringToCharArray adds.
void CaerusUtf8(const string text, ARRAY_REF(uchar, bytes))
  {
   ArrayResize(bytes, 0);
   if(StringLen(text) == 0)
      return;
   StringToCharArray(text, bytes, 0, WHOLE_ARRAY, CP_UTF8);
   int size = ArraySize(bytes);
   if(size > 0 && bytes[size - 1] == 0)
      ArrayResize(bytes, size - 1);
  }

string CaerusText(const ARRAY_REF(uchar, bytes))
  {
   if(ArraySize(bytes) == 0)
      return "";
   return CharArrayToString(bytes, 0, ArraySize(bytes), CP_UTF8);
  }

void CaerusAppend(ARRAY_REF(uchar, bytes), const ARRAY_REF(uchar, more))
  {
   int had = ArraySize(bytes), size = ArraySize(more);
   ArrayResize(bytes, had + size);
   for(int i = 0; i < size; i++)
      bytes[had + i] = more[i];
  }

void CaerusSlice(const ARRAY_REF(uchar, bytes), const int from, const int count, ARRAY_REF(uchar, part))
  {
   ArrayResize(part, count);
   for(int i = 0; i < count; i++)
      part[i] = bytes[from + i];
  }

void CaerusWipe(ARRAY_REF(uchar, bytes))
  {
   for(int i = 0; i < ArraySize(bytes); i++)
      bytes[i] = 0;
   ArrayResize(bytes, 0);
  }

// Looks at every byte whatever it finds. The lengths are no secret.
bool CaerusSame(const ARRAY_REF(uchar, a), const ARRAY_REF(uchar, b))
  {
   if(ArraySize(a) != ArraySize(b))
      return false;
   uint differs = 0;
   for(int i = 0; i < ArraySize(a); i++)
      differs |= (uint)a[i] ^ (uint)b[i];
   return differs == 0;
  }

string CaerusHex(const ARRAY_REF(uchar, bytes))
  {
   string digits = "0123456789abcdef", text = "";
   for(int i = 0; i < ArraySize(bytes); i++)
      text += StringSubstr(digits, bytes[i] >> 4, 1) + StringSubstr(digits, bytes[i] & 15, 1);
   return text;
  }

int CaerusHexDigit(const int c)
  {
   if(c >= '0' && c <= '9')
      return c - '0';
   if(c >= 'a' && c <= 'f')
      return c - 'a' + 10;
   if(c >= 'A' && c <= 'F')
      return c - 'A' + 10;
   return -1;
  }

// False, and nothing, for what is not hex.
bool CaerusUnhex(const string text, ARRAY_REF(uchar, bytes))
  {
   int length = StringLen(text);
   ArrayResize(bytes, 0);
   if(length % 2 != 0)
      return false;
   ArrayResize(bytes, length / 2);
   for(int i = 0; i < length / 2; i++)
     {
      int high = CaerusHexDigit(StringGetCharacter(text, 2 * i));
      int low = CaerusHexDigit(StringGetCharacter(text, 2 * i + 1));
      if(high < 0 || low < 0)
        {
         ArrayResize(bytes, 0);
         return false;
        }
      bytes[i] = (uchar)(16 * high + low);
     }
   return true;
  }

string CaerusEncode64(const ARRAY_REF(uchar, bytes), const string alphabet, const bool padded)
  {
   string text = "";
   int size = ArraySize(bytes);
   for(int i = 0; i < size; i += 3)
     {
      uint group = (uint)bytes[i] << 16;
      if(i + 1 < size)
         group |= (uint)bytes[i + 1] << 8;
      if(i + 2 < size)
         group |= (uint)bytes[i + 2];
      int letters = (size - i >= 3) ? 4 : size - i + 1;
      for(int k = 0; k < letters; k++)
         text += StringSubstr(alphabet, (int)((group >> (18 - 6 * k)) & 63), 1);
      for(int k = letters; padded && k < 4; k++)
         text += "=";
     }
   return text;
  }

string CaerusBase64(const ARRAY_REF(uchar, bytes)) { return CaerusEncode64(bytes, CAERUS_BASE64, true); }

string CaerusBase64Url(const ARRAY_REF(uchar, bytes)) { return CaerusEncode64(bytes, CAERUS_BASE64URL, false); }

int CaerusSextet(const int c, const bool url)
  {
   if(c >= 'A' && c <= 'Z')
      return c - 'A';
   if(c >= 'a' && c <= 'z')
      return c - 'a' + 26;
   if(c >= '0' && c <= '9')
      return c - '0' + 52;
   if(c == (url ? '-' : '+'))
      return 62;
   return c == (url ? '_' : '/') ? 63 : -1;
  }

// Strict: one text for each bytes. No space, no missing or surplus padding, no stray bits in the last letter.
bool CaerusDecode64(const string text, const bool url, ARRAY_REF(uchar, bytes))
  {
   int letters = StringLen(text);
   ArrayResize(bytes, 0);
   if(!url)
     {
      if(letters % 4 != 0)
         return false;
      for(int k = 0; k < 2 && letters > 0 && StringGetCharacter(text, letters - 1) == '='; k++)
         letters--;
     }
   if(letters % 4 == 1)
      return false;
   int size = letters / 4 * 3 + (letters % 4 == 0 ? 0 : letters % 4 - 1), at = 0, bits = 0;
   ArrayResize(bytes, size);
   uint held = 0;
   for(int i = 0; i < letters; i++)
     {
      int sextet = CaerusSextet(StringGetCharacter(text, i), url);
      if(sextet < 0)
        {
         ArrayResize(bytes, 0);
         return false;
        }
      held = (held << 6) | (uint)sextet;
      bits += 6;
      if(bits >= 8)
        {
         bits -= 8;
         bytes[at++] = (uchar)((held >> bits) & 255);
         held &= ((uint)1 << bits) - 1;
        }
     }
   if(held == 0)
      return true;
   ArrayResize(bytes, 0);
   return false;
  }

bool CaerusUnbase64(const string text, ARRAY_REF(uchar, bytes)) { return CaerusDecode64(text, false, bytes); }

bool CaerusUnbase64Url(const string text, ARRAY_REF(uchar, bytes)) { return CaerusDecode64(text, true, bytes); }

#endif
