// SHA-256 (FIPS 180-4), HMAC (RFC 2104) and HKDF (RFC 5869) over it. No table or branch depends on a secret.
#ifndef CAERUS_HASH_MQH
#define CAERUS_HASH_MQH

#include "caerus_bytes.mqh"

const uint CAERUS_SHA256_K[64] =
  {
   0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
   0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
   0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
   0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
   0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
   0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
   0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
   0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
  };

uint CaerusRotr(const uint x, const int n) { return (x >> n) | (x << (32 - n)); }

// One block of 64 bytes from `at` into the eight words of `state`.
void CaerusSha256Block(ARRAY_REF(uint, state), const ARRAY_REF(uchar, data), const int at)
  {
   uint w[64];
   for(int i = 0; i < 16; i++)
      w[i] = ((uint)data[at + 4 * i] << 24) | ((uint)data[at + 4 * i + 1] << 16)
             | ((uint)data[at + 4 * i + 2] << 8) | (uint)data[at + 4 * i + 3];
   for(int i = 16; i < 64; i++)
     {
      uint s0 = CaerusRotr(w[i - 15], 7) ^ CaerusRotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
      uint s1 = CaerusRotr(w[i - 2], 17) ^ CaerusRotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
     }
   uint a = state[0], b = state[1], c = state[2], d = state[3];
   uint e = state[4], f = state[5], g = state[6], h = state[7];
   for(int i = 0; i < 64; i++)
     {
      uint s1 = CaerusRotr(e, 6) ^ CaerusRotr(e, 11) ^ CaerusRotr(e, 25);
      uint t1 = h + s1 + ((e & f) ^ (~e & g)) + CAERUS_SHA256_K[i] + w[i];
      uint s0 = CaerusRotr(a, 2) ^ CaerusRotr(a, 13) ^ CaerusRotr(a, 22);
      uint t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = d + t1;
      d = c;
      c = b;
      b = a;
      a = t1 + t2;
     }
   state[0] += a;
   state[1] += b;
   state[2] += c;
   state[3] += d;
   state[4] += e;
   state[5] += f;
   state[6] += g;
   state[7] += h;
  }

void CaerusSha256(const ARRAY_REF(uchar, data), ARRAY_REF(uchar, digest))
  {
   int size = ArraySize(data), padded = (size + 8) / 64 * 64 + 64;
   ARRAY(uchar, message);
   ArrayResize(message, padded);
   for(int i = 0; i < padded; i++)
      message[i] = (i < size) ? data[i] : (uchar)0;
   message[size] = 0x80;
   ulong bits = (ulong)size * 8;
   for(int i = 0; i < 8; i++)
      message[padded - 1 - i] = (uchar)((bits >> (8 * i)) & 255);
   ARRAY(uint, state);
   ArrayResize(state, 8);
   state[0] = 0x6a09e667;
   state[1] = 0xbb67ae85;
   state[2] = 0x3c6ef372;
   state[3] = 0xa54ff53a;
   state[4] = 0x510e527f;
   state[5] = 0x9b05688c;
   state[6] = 0x1f83d9ab;
   state[7] = 0x5be0cd19;
   for(int at = 0; at < padded; at += 64)
      CaerusSha256Block(state, message, at);
   ArrayResize(digest, 32);
   for(int i = 0; i < 32; i++)
      digest[i] = (uchar)((state[i / 4] >> (24 - 8 * (i % 4))) & 255);
   CaerusWipe(message);
  }

// The key, hashed when it is longer than a block, padded and exored with `with`.
void CaerusHmacPad(const ARRAY_REF(uchar, key), const uchar with, ARRAY_REF(uchar, pad))
  {
   ARRAY(uchar, shorter);
   if(ArraySize(key) > 64)
      CaerusSha256(key, shorter);
   else
      CaerusAppend(shorter, key);
   ArrayResize(pad, 64);
   for(int i = 0; i < 64; i++)
      pad[i] = (uchar)(with ^ (i < ArraySize(shorter) ? shorter[i] : (uchar)0));
   CaerusWipe(shorter);
  }

void CaerusHmac(const ARRAY_REF(uchar, key), const ARRAY_REF(uchar, message), ARRAY_REF(uchar, mac))
  {
   ARRAY(uchar, inner);
   ARRAY(uchar, outer);
   ARRAY(uchar, digest);
   CaerusHmacPad(key, 0x36, inner);
   CaerusAppend(inner, message);
   CaerusSha256(inner, digest);
   CaerusHmacPad(key, 0x5c, outer);
   CaerusAppend(outer, digest);
   CaerusSha256(outer, mac);
   CaerusWipe(inner);
   CaerusWipe(outer);
  }

// False when more than 255 blocks are asked for. An empty salt is 32 zeros, as the RFC says.
bool CaerusHkdf(const ARRAY_REF(uchar, ikm), const ARRAY_REF(uchar, salt), const ARRAY_REF(uchar, info),
                const int length, ARRAY_REF(uchar, okm))
  {
   ArrayResize(okm, 0);
   if(length < 0 || length > 255 * 32)
      return false;
   ARRAY(uchar, prk);
   ARRAY(uchar, block);
   ARRAY(uchar, text);
   ARRAY(uchar, count);
   ArrayResize(count, 1);
   CaerusHmac(salt, ikm, prk);
   for(int i = 1; ArraySize(okm) < length; i++)
     {
      ArrayResize(text, 0);
      CaerusAppend(text, block);
      CaerusAppend(text, info);
      count[0] = (uchar)i;
      CaerusAppend(text, count);
      CaerusHmac(prk, text, block);
      CaerusAppend(okm, block);
     }
   ArrayResize(okm, length);
   CaerusWipe(prk);
   return true;
  }

#endif
