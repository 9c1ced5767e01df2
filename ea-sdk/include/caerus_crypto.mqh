// AES-256-GCM (FIPS 197, SP 800-38D) in plain MQL5: CryptEncode has no authenticated mode.
//
// No table is read at a secret place and no branch taken on a secret: the S-box is reckoned, eight bytes at a time,
// as the inverse in GF(2^8) and an affine map. Slower than tables (a command of 1 KB takes a millisecond or a few), and
// nothing to be learned from how long it takes.
#ifndef CAERUS_CRYPTO_MQH
#define CAERUS_CRYPTO_MQH

#include "caerus_hash.mqh"

#define CAERUS_GCM_NONCE 12
#define CAERUS_GCM_TAG 16

const ulong CAERUS_ONES = 0x0101010101010101;

// Eight products in GF(2^8), byte by byte.
ulong CaerusGfMul(const ulong a, const ulong b)
  {
   ulong x = a, product = 0;
   for(int i = 0; i < 8; i++)
     {
      product ^= x & (((b >> i) & CAERUS_ONES) * 255);
      ulong carry = (x >> 7) & CAERUS_ONES;
      x = ((x & 0x7f7f7f7f7f7f7f7f) << 1) ^ (carry * 0x1b);
     }
   return product;
  }

ulong CaerusRotlBytes(const ulong x, const int n)
  {
   ulong high = (((ulong)255 << n) & 255) * CAERUS_ONES, low = ((ulong)255 >> (8 - n)) * CAERUS_ONES;
   return ((x << n) & high) | ((x >> (8 - n)) & low);
  }

// The S-box on eight bytes: x^254, then the affine map.
ulong CaerusSubBytes(const ulong x)
  {
   ulong x2 = CaerusGfMul(x, x), x3 = CaerusGfMul(x2, x), x6 = CaerusGfMul(x3, x3), x12 = CaerusGfMul(x6, x6);
   ulong y = CaerusGfMul(x12, x3);
   for(int i = 0; i < 4; i++)
      y = CaerusGfMul(y, y);
   y = CaerusGfMul(CaerusGfMul(y, x12), x2);
   return y ^ CaerusRotlBytes(y, 1) ^ CaerusRotlBytes(y, 2) ^ CaerusRotlBytes(y, 3) ^ CaerusRotlBytes(y, 4)
          ^ (0x63 * CAERUS_ONES);
  }

void CaerusSubEight(ARRAY_REF(uchar, bytes), const int at, const int count)
  {
   ulong packed = 0;
   for(int i = 0; i < count; i++)
      packed |= (ulong)bytes[at + i] << (8 * i);
   packed = CaerusSubBytes(packed);
   for(int i = 0; i < count; i++)
      bytes[at + i] = (uchar)((packed >> (8 * i)) & 255);
  }

// Fifteen round keys of 16 bytes from a key of 32.
void CaerusAesExpand(const ARRAY_REF(uchar, key), ARRAY_REF(uchar, round_keys))
  {
   ArrayResize(round_keys, 240);
   for(int i = 0; i < 32; i++)
      round_keys[i] = key[i];
   ARRAY(uchar, word);
   ArrayResize(word, 4);
   uint rcon = 1;
   for(int i = 32; i < 240; i += 4)
     {
      bool turned = i % 32 == 0;
      for(int k = 0; k < 4; k++)
         word[k] = round_keys[i - 4 + (turned ? (k + 1) % 4 : k)];
      if(i % 16 == 0)
         CaerusSubEight(word, 0, 4);
      if(turned)
        {
         word[0] = (uchar)(word[0] ^ rcon);
         rcon <<= 1;
        }
      for(int k = 0; k < 4; k++)
         round_keys[i + k] = (uchar)(round_keys[i - 32 + k] ^ word[k]);
     }
   CaerusWipe(word);
  }

uint CaerusDouble(const uint b) { return ((b << 1) ^ ((b >> 7) * 0x1b)) & 255; }

void CaerusMixColumns(ARRAY_REF(uchar, s))
  {
   for(int c = 0; c < 16; c += 4)
     {
      uint a0 = s[c], a1 = s[c + 1], a2 = s[c + 2], a3 = s[c + 3], all = a0 ^ a1 ^ a2 ^ a3;
      s[c] = (uchar)(a0 ^ all ^ CaerusDouble(a0 ^ a1));
      s[c + 1] = (uchar)(a1 ^ all ^ CaerusDouble(a1 ^ a2));
      s[c + 2] = (uchar)(a2 ^ all ^ CaerusDouble(a2 ^ a3));
      s[c + 3] = (uchar)(a3 ^ all ^ CaerusDouble(a3 ^ a0));
     }
  }

void CaerusShiftRows(ARRAY_REF(uchar, s))
  {
   uchar old[16];
   for(int i = 0; i < 16; i++)
      old[i] = s[i];
   for(int i = 0; i < 16; i++)
      s[i] = old[(i + 4 * (i % 4)) % 16];
  }

// One block, in place.
void CaerusAesEncrypt(const ARRAY_REF(uchar, round_keys), ARRAY_REF(uchar, s))
  {
   for(int i = 0; i < 16; i++)
      s[i] = (uchar)(s[i] ^ round_keys[i]);
   for(int turn = 1; turn <= 14; turn++)
     {
      CaerusSubEight(s, 0, 8);
      CaerusSubEight(s, 8, 8);
      CaerusShiftRows(s);
      if(turn < 14)
         CaerusMixColumns(s);
      for(int i = 0; i < 16; i++)
         s[i] = (uchar)(s[i] ^ round_keys[16 * turn + i]);
     }
  }

// GHASH of what it is given, block after block.
class CCaerusGhash
  {
private:
   ulong             m_high, m_low, m_y_high, m_y_low;

   static ulong      Load(const ARRAY_REF(uchar, bytes), const int at, const int end)
     {
      ulong word = 0;
      for(int i = 0; i < 8; i++)
         word = (word << 8) | (at + i < end ? (ulong)bytes[at + i] : 0);
      return word;
     }

   void              Multiply()
     {
      ulong z_high = 0, z_low = 0, v_high = m_high, v_low = m_low, none = 0;
      for(int i = 0; i < 128; i++)
        {
         ulong bit = (i < 64) ? (m_y_high >> (63 - i)) & 1 : (m_y_low >> (127 - i)) & 1;
         z_high ^= v_high & (none - bit);
         z_low ^= v_low & (none - bit);
         ulong last = v_low & 1;
         v_low = (v_low >> 1) | (v_high << 63);
         v_high = (v_high >> 1) ^ (((ulong)0xe1 << 56) & (none - last));
        }
      m_y_high = z_high;
      m_y_low = z_low;
     }

public:
                     CCaerusGhash() : m_high(0), m_low(0), m_y_high(0), m_y_low(0) {}

   void              Begin(const ARRAY_REF(uchar, h))
     {
      m_high = Load(h, 0, 16);
      m_low = Load(h, 8, 16);
      m_y_high = 0;
      m_y_low = 0;
     }

   void              Words(const ulong high, const ulong low)
     {
      m_y_high ^= high;
      m_y_low ^= low;
      Multiply();
     }

   // The first `size` bytes, the last block filled with zeros.
   void              Bytes(const ARRAY_REF(uchar, bytes), const int size)
     {
      for(int at = 0; at < size; at += 16)
         Words(Load(bytes, at, size), Load(bytes, at + 8, size));
     }

   void              End(ARRAY_REF(uchar, digest)) const
     {
      ArrayResize(digest, 16);
      for(int i = 0; i < 8; i++)
        {
         digest[i] = (uchar)((m_y_high >> (56 - 8 * i)) & 255);
         digest[8 + i] = (uchar)((m_y_low >> (56 - 8 * i)) & 255);
        }
     }
  };

// AES of the nonce and a counter.
void CaerusGcmPad(const ARRAY_REF(uchar, round_keys), const ARRAY_REF(uchar, nonce), const uint counter,
                  ARRAY_REF(uchar, pad))
  {
   ArrayResize(pad, 16);
   for(int i = 0; i < 12; i++)
      pad[i] = nonce[i];
   for(int i = 0; i < 4; i++)
      pad[12 + i] = (uchar)((counter >> (24 - 8 * i)) & 255);
   CaerusAesEncrypt(round_keys, pad);
  }

void CaerusGcmStream(const ARRAY_REF(uchar, round_keys), const ARRAY_REF(uchar, nonce), ARRAY_REF(uchar, data),
                     const int size)
  {
   ARRAY(uchar, pad);
   for(int i = 0; i < size; i++)
     {
      if(i % 16 == 0)
         CaerusGcmPad(round_keys, nonce, (uint)(2 + i / 16), pad);
      data[i] = (uchar)(data[i] ^ pad[i % 16]);
     }
   CaerusWipe(pad);
  }

// The tag of the first `size` bytes of a cipher text.
void CaerusGcmTag(const ARRAY_REF(uchar, round_keys), const ARRAY_REF(uchar, nonce), const ARRAY_REF(uchar, associated),
                  const ARRAY_REF(uchar, cipher), const int size, ARRAY_REF(uchar, tag))
  {
   ARRAY(uchar, h);
   ARRAY(uchar, pad);
   CCaerusGhash ghash;
   ArrayResize(h, 16);
   for(int i = 0; i < 16; i++)
      h[i] = 0;
   CaerusAesEncrypt(round_keys, h);
   ghash.Begin(h);
   ghash.Bytes(associated, ArraySize(associated));
   ghash.Bytes(cipher, size);
   ghash.Words((ulong)ArraySize(associated) * 8, (ulong)size * 8);
   ghash.End(tag);
   CaerusGcmPad(round_keys, nonce, 1, pad);
   for(int i = 0; i < 16; i++)
      tag[i] = (uchar)(tag[i] ^ pad[i]);
   CaerusWipe(h);
   CaerusWipe(pad);
  }

// Cipher text and tag. False for a key or nonce of another length than 32 and 12.
bool CaerusGcmSeal(const ARRAY_REF(uchar, key), const ARRAY_REF(uchar, nonce), const ARRAY_REF(uchar, associated),
                   const ARRAY_REF(uchar, plain), ARRAY_REF(uchar, sealed))
  {
   ArrayResize(sealed, 0);
   if(ArraySize(key) != 32 || ArraySize(nonce) != CAERUS_GCM_NONCE)
      return false;
   ARRAY(uchar, round_keys);
   ARRAY(uchar, tag);
   CaerusAesExpand(key, round_keys);
   CaerusAppend(sealed, plain);
   CaerusGcmStream(round_keys, nonce, sealed, ArraySize(plain));
   CaerusGcmTag(round_keys, nonce, associated, sealed, ArraySize(plain), tag);
   CaerusAppend(sealed, tag);
   CaerusWipe(round_keys);
   return true;
  }

// The plain text; false, and nothing, when key, nonce, associated data, cipher text or tag is not as it was sealed.
bool CaerusGcmOpen(const ARRAY_REF(uchar, key), const ARRAY_REF(uchar, nonce), const ARRAY_REF(uchar, associated),
                   const ARRAY_REF(uchar, sealed), ARRAY_REF(uchar, plain))
  {
   ArrayResize(plain, 0);
   int size = ArraySize(sealed) - CAERUS_GCM_TAG;
   if(size < 0 || ArraySize(key) != 32 || ArraySize(nonce) != CAERUS_GCM_NONCE)
      return false;
   ARRAY(uchar, round_keys);
   ARRAY(uchar, tag);
   ARRAY(uchar, given);
   CaerusAesExpand(key, round_keys);
   CaerusGcmTag(round_keys, nonce, associated, sealed, size, tag);
   CaerusSlice(sealed, size, CAERUS_GCM_TAG, given);
   bool genuine = CaerusSame(tag, given);
   if(genuine)
     {
      CaerusSlice(sealed, 0, size, plain);
      CaerusGcmStream(round_keys, nonce, plain, size);
     }
   CaerusWipe(round_keys);
   return genuine;
  }

#endif
