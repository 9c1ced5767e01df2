// A file through which the courier hands the hub's newest answer, still sealed, to the EA.
#ifndef CAERUS_MAILBOX_MQH
#define CAERUS_MAILBOX_MQH

#include "caerus_models.mqh"

#define CAERUS_MAIL_SECONDS 60

// A cursor as the hub wrote it, only if it can stand in a path as it is; else "" (everything, from the start).
string CaerusCursor(const CCaerusJson &answer)
  {
   int item = answer.Find(0, "cursor");
   string cursor = answer.Value(item), plain = "-_.:~";
   if(!answer.Is(item, CAERUS_JSON_STRING) && !answer.Is(item, CAERUS_JSON_NUMBER))
      return "";
   for(int i = 0; i < StringLen(cursor); i++)
     {
      int c = StringGetCharacter(cursor, i);
      bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if(!letter && StringFind(plain, ShortToString((ushort)c)) < 0)
         return "";
     }
   return StringLen(cursor) <= 64 ? cursor : "";
  }

class CCaerusMailbox
  {
private:
   string            m_file;
   string            m_read;
   ulong             m_heard;
   bool              m_answered;
   long              m_stamp;

public:
                     CCaerusMailbox() : m_file(""), m_read(""), m_heard(0), m_answered(false), m_stamp(0) {}

   void              Begin(const string device_id)
     {
      m_file = "caerus-" + device_id + ".mail";
      m_heard = GetTickCount64();
     }

   bool              Answered() const { return m_answered; }
   // Seconds since a new answer lay in it.
   long              Silence() const { return (long)((GetTickCount64() - m_heard) / 1000); }

   // The courier's side: an answer replaces the one before, whole or not at all. Its stamp is this machine's time (UTC: no
   // hour of it comes twice), in milliseconds, so that the EA sees that it is new, and does not act on what a courier left
   // who died long ago; after it stands how far the hub's clock is ahead of the machine's, in seconds.
   bool              Write(const string answer, const long offset)
     {
      ARRAY(uchar, bytes);
      long now = 1000 * (long)TimeGMT();
      // a clock that was put back is followed
      bool ahead = m_stamp > now + 1000 * CAERUS_MAIL_SECONDS;
      m_stamp = now > m_stamp || ahead ? now : m_stamp + 1;
      CaerusUtf8(IntegerToString(m_stamp) + " " + IntegerToString(offset) + " " + answer, bytes);
      int handle = FileOpen(m_file + ".new", FILE_WRITE | FILE_BIN | FILE_COMMON);
      if(handle == INVALID_HANDLE)
         return false;
      bool written = FileWriteArray(handle, bytes) == (uint)ArraySize(bytes);
      FileClose(handle);
      return written && FileMove(m_file + ".new", FILE_COMMON, m_file, FILE_COMMON | FILE_REWRITE);
     }

   // The EA's side: true when there is an answer that was not read before.
   bool              Read(CCaerusJson &answer, CCaerusClock &clock)
     {
      ARRAY(uchar, bytes);
      ARRAY(uchar, body);
      int handle = FileOpen(m_file, FILE_READ | FILE_BIN | FILE_COMMON | FILE_SHARE_READ | FILE_SHARE_WRITE);
      if(handle == INVALID_HANDLE)
         return false;
      FileReadArray(handle, bytes);
      FileClose(handle);
      string text = CaerusText(bytes);
      int space = StringFind(text, " "), second = StringFind(text, " ", space + 1);
      if(space <= 0 || second < 0 || StringSubstr(text, 0, space) == m_read)
         return false;
      long age = (long)TimeGMT() - StringToInteger(StringSubstr(text, 0, space)) / 1000;
      if(age < -CAERUS_MAIL_SECONDS || age > CAERUS_MAIL_SECONDS)
         return false;
      CaerusUtf8(StringSubstr(text, second + 1), body);
      if(!answer.Parse(body) || !answer.Is(0, CAERUS_JSON_OBJECT))
         return false;
      m_read = StringSubstr(text, 0, space);
      m_heard = GetTickCount64();
      m_answered = true;
      clock.Adopt(StringToInteger(StringSubstr(text, space + 1, second - space - 1)));
      return true;
     }
  };

#endif
