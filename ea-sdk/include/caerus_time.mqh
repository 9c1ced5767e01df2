// RFC 3339 and HTTP dates, and a clock that is put right by the hub's.
#ifndef CAERUS_TIME_MQH
#define CAERUS_TIME_MQH

#include "caerus_bytes.mqh"

#define CAERUS_SKEW_WORTH_MENDING 30

string CaerusRfc3339(const datetime at)
  {
   MqlDateTime t;
   TimeToStruct(at, t);
   return IntegerToString(t.year, 4, '0') + "-" + IntegerToString(t.mon, 2, '0') + "-" + IntegerToString(t.day, 2, '0')
          + "T" + IntegerToString(t.hour, 2, '0') + ":" + IntegerToString(t.min, 2, '0') + ":"
          + IntegerToString(t.sec, 2, '0') + "Z";
  }

// The number of `count` digits at `at`, -1 when they are not digits.
int CaerusDigits(const string text, const int at, const int count)
  {
   int number = 0;
   for(int i = at; i < at + count; i++)
     {
      int c = StringGetCharacter(text, i);
      if(c < '0' || c > '9')
         return -1;
      number = 10 * number + c - '0';
     }
   return number;
  }

// False for a date that is not in the calendar.
bool CaerusMoment(const int year, const int month, const int day, const int hour, const int minute, const int second,
                  datetime &at)
  {
   if(year < 1970 || year > 3000 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0
      || minute > 59 || second < 0 || second > 60)
      return false;
   MqlDateTime given, found;
   given.year = year;
   given.mon = month;
   given.day = day;
   given.hour = hour;
   given.min = minute;
   given.sec = second > 59 ? 59 : second;
   given.day_of_week = 0;
   given.day_of_year = 0;
   if(day > 31)
      return false;
   at = StructToTime(given);
   TimeToStruct(at, found);
   return found.day == day && found.mon == month;
  }

// Whole seconds in UTC; a fraction is cut off. An offset (+02:00) is taken, a time without a zone refused.
bool CaerusParseRfc3339(const string text, datetime &at)
  {
   int length = StringLen(text), zone = 19;
   if(length < 20 || length > 40)
      return false;
   if(StringSubstr(text, 4, 1) != "-" || StringSubstr(text, 7, 1) != "-" || StringSubstr(text, 13, 1) != ":"
      || StringSubstr(text, 16, 1) != ":" || (StringSubstr(text, 10, 1) != "T" && StringSubstr(text, 10, 1) != "t"))
      return false;
   if(!CaerusMoment(CaerusDigits(text, 0, 4), CaerusDigits(text, 5, 2), CaerusDigits(text, 8, 2),
                    CaerusDigits(text, 11, 2), CaerusDigits(text, 14, 2), CaerusDigits(text, 17, 2), at))
      return false;
   if(StringSubstr(text, zone, 1) == ".")
      for(zone = 20; CaerusDigits(text, zone, 1) >= 0; zone++)
         continue;
   if(zone == 20)
      return false;
   string rest = StringSubstr(text, zone);
   if(rest == "Z" || rest == "z")
      return true;
   string sign = StringSubstr(rest, 0, 1);
   int hours = CaerusDigits(rest, 1, 2), minutes = CaerusDigits(rest, 4, 2);
   if(StringLen(rest) != 6 || StringSubstr(rest, 3, 1) != ":" || hours < 0 || hours > 23 || minutes < 0
      || minutes > 59 || (sign != "+" && sign != "-"))
      return false;
   int east = 60 * (60 * hours + minutes);
   at -= (sign == "+") ? east : -east;
   return true;
  }

// `Mon, 30 Nov 2026 14:00:00 GMT` (RFC 9110).
bool CaerusParseHttpDate(const string text, datetime &at)
  {
   string months = "JanFebMarAprMayJunJulAugSepOctNovDec";
   if(StringLen(text) != 29 || StringSubstr(text, 25) != " GMT" || StringSubstr(text, 3, 2) != ", ")
      return false;
   int month = StringFind(months, StringSubstr(text, 8, 3));
   if(month < 0 || month % 3 != 0)
      return false;
   return CaerusMoment(CaerusDigits(text, 12, 4), month / 3 + 1, CaerusDigits(text, 5, 2), CaerusDigits(text, 17, 2),
                       CaerusDigits(text, 20, 2), CaerusDigits(text, 23, 2), at);
  }

// This machine's UTC plus what the hub's `Date` taught. The hub refuses what is signed more than 300 s from its time.
class CCaerusClock
  {
private:
   long              m_offset;
   long              m_last_seq;

public:
                     CCaerusClock() : m_offset(0), m_last_seq(0) {}

   datetime          Now() const { return (datetime)((long)TimeGMT() + m_offset); }
   long              Offset() const { return m_offset; }
   void              Adopt(const long offset) { m_offset = offset; }

   // True when it was more than 30 s off, so that trying again makes sense.
   bool              Correct(const string date)
     {
      datetime theirs = 0;
      if(!CaerusParseHttpDate(date, theirs))
         return false;
      long off = (long)theirs - (long)Now();
      if(off >= -CAERUS_SKEW_WORTH_MENDING && off <= CAERUS_SKEW_WORTH_MENDING)
         return false;
      m_offset = (long)theirs - (long)TimeGMT();
      return true;
     }

   // Grows with every report: Unix milliseconds, none twice, over restarts too.
   long              Sequence()
     {
      long now = (long)Now() * 1000;
      m_last_seq = (now > m_last_seq) ? now : m_last_seq + 1;
      return m_last_seq;
     }
  };

#endif
