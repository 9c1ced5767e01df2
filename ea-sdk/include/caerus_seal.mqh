// Opens a sealed command: AES-256-GCM with the device, the command and the key version as associated data.
#ifndef CAERUS_SEAL_MQH
#define CAERUS_SEAL_MQH

#include "caerus_auth.mqh"
#include "caerus_crypto.mqh"
#include "caerus_models.mqh"

#define CAERUS_CIPHER_LETTERS 65536

// Whatever is wrong with an envelope is one reason, and no part of its text comes out.
ENUM_CAERUS_REASON CaerusOpenSealed(const CCaerusAuth &auth, const SCaerusSealed &sealed, ARRAY_REF(uchar, plain))
  {
   ARRAY(uchar, key);
   ARRAY(uchar, nonce);
   ARRAY(uchar, cipher);
   ARRAY(uchar, associated);
   ArrayResize(plain, 0);
   if(sealed.version != 1 || StringLen(sealed.ciphertext) > CAERUS_CIPHER_LETTERS
      || !CaerusUnbase64(sealed.nonce, nonce) || !CaerusUnbase64(sealed.ciphertext, cipher))
      return CAERUS_BAD_SEAL;
   CaerusUtf8(auth.Device() + "\n" + sealed.id + "\n" + IntegerToString(sealed.key_version), associated);
   auth.SealKey(sealed.key_version, key);
   bool opened = CaerusGcmOpen(key, nonce, associated, cipher, plain);
   CaerusWipe(key);
   return opened ? CAERUS_OK : CAERUS_BAD_SEAL;
  }

// The command in an envelope, and its text. It must say the id under which it was listed.
ENUM_CAERUS_REASON CaerusOpenCommand(const CCaerusAuth &auth, const SCaerusSealed &sealed, ARRAY_REF(uchar, plain),
                                     SCaerusCommand &command)
  {
   ENUM_CAERUS_REASON reason = CaerusOpenSealed(auth, sealed, plain);
   if(reason != CAERUS_OK)
      return reason;
   if(!CaerusReadCommand(plain, command))
      return CAERUS_BAD_SHAPE;
   return command.id == sealed.id && command.kind == sealed.kind ? CAERUS_OK : CAERUS_OTHER_COMMAND;
  }

#endif
