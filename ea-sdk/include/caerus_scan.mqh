// The letters of JSON: blanks, words, numbers, texts. What is made of them is in caerus_json.mqh.
#ifndef CAERUS_SCAN_MQH
#define CAERUS_SCAN_MQH

#include "caerus_bytes.mqh"

// A plain decimal number: digits, perhaps a sign before and a point within, no exponent, 40 letters at most.
bool CaerusIsDecimal(const string text)
  {
   int length = StringLen(text), digits = 0, points = 0;
   if(length > 40)
      return false;
   for(int i = 0; i < length; i++)
     {
      int c = StringGetCharacter(text, i);
      if(c >= '0' && c <= '9')
         digits++;
      else
         if(c == '.' && digits > 0 && i + 1 < length)
            points++;
         else
            if(c != '-' || i > 0)
               return false;
     }
   return digits > 0 && points < 2;
  }

class CCaerusScanner
  {
protected:
   ARRAY(uchar, m_bytes);
   int               m_at;
   int               m_size;
   string            m_error;

   int               Peek() const { return m_at < m_size ? (int)m_bytes[m_at] : -1; }

   bool              Fail(const string why)
     {
      if(m_error == "")
         m_error = why + " at byte " + IntegerToString(m_at);
      return false;
     }

   void              Blank()
     {
      while(Peek() == ' ' || Peek() == '\t' || Peek() == '\n' || Peek() == '\r')
         m_at++;
     }

   bool              Word(const string word)
     {
      for(int i = 0; i < StringLen(word); i++)
         if(m_at + i >= m_size || m_bytes[m_at + i] != StringGetCharacter(word, i))
            return Fail("not a value");
      m_at += StringLen(word);
      return true;
     }

   int               CountDigits()
     {
      int from = m_at;
      while(Peek() >= '0' && Peek() <= '9')
         m_at++;
      return m_at - from;
     }

   bool              Number(string &text)
     {
      int from = m_at;
      if(Peek() == '-')
         m_at++;
      if(Peek() == '0')
         m_at++;
      else
         if(CountDigits() == 0)
            return Fail("not a value");
      if(Peek() == '.')
        {
         m_at++;
         if(CountDigits() == 0)
            return Fail("a number ends in its point");
        }
      if(Peek() == 'e' || Peek() == 'E')
        {
         m_at++;
         if(Peek() == '+' || Peek() == '-')
            m_at++;
         if(CountDigits() == 0)
            return Fail("an exponent without digits");
        }
      text = CharArrayToString(m_bytes, from, m_at - from, CP_UTF8);
      return true;
     }

   bool              Unit(int &unit)
     {
      unit = 0;
      for(int i = 0; i < 4; i++)
        {
         int digit = CaerusHexDigit(Peek());
         if(digit < 0)
            return Fail("not four hex digits");
         unit = 16 * unit + digit;
         m_at++;
        }
      return true;
     }

   bool              Escaped(string &text)
     {
      int c = Peek(), unit = 0, low = 0;
      m_at++;
      string from = "\"\\/bfnrt", to = "\"\\/" + ShortToString(8) + ShortToString(12) + "\n\r\t";
      for(int i = 0; i < StringLen(from); i++)
         if(c == StringGetCharacter(from, i))
           {
            text += StringSubstr(to, i, 1);
            return true;
           }
      if(c != 'u')
         return Fail("an unknown escape");
      if(!Unit(unit))
         return false;
      if(unit == 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
         return Fail("not a character");
      text += ShortToString((ushort)unit);
      if(unit < 0xD800 || unit > 0xDBFF)
         return true;
      if(!Word("\\u") || !Unit(low))
         return Fail("half a surrogate pair");
      if(low < 0xDC00 || low > 0xDFFF)
         return Fail("half a surrogate pair");
      text += ShortToString((ushort)low);
      return true;
     }

   // One character of more than a byte: shortest form, no surrogate, not above U+10FFFF.
   bool              Wide()
     {
      int c = Peek();
      int more = (c >= 0xF0 && c <= 0xF4) ? 3 : (c >= 0xE0 && c < 0xF0) ? 2 : (c >= 0xC2 && c < 0xE0) ? 1 : 0;
      if(more == 0 || m_at + more >= m_size)
         return Fail("not UTF-8");
      int second = m_bytes[m_at + 1];
      if((c == 0xE0 && second < 0xA0) || (c == 0xED && second > 0x9F) || (c == 0xF0 && second < 0x90)
         || (c == 0xF4 && second > 0x8F))
         return Fail("not UTF-8");
      for(int i = 1; i <= more; i++)
         if((m_bytes[m_at + i] & 0xC0) != 0x80)
            return Fail("not UTF-8");
      m_at += more + 1;
      return true;
     }

   bool              Text(string &text)
     {
      text = "";
      m_at++;
      for(int from = m_at; m_at < m_size; from = m_at)
        {
         while(Peek() >= 0x20 && Peek() != '"' && Peek() != '\\')
            if(Peek() < 0x80)
               m_at++;
            else
               if(!Wide())
                  return false;
         if(m_at > from)
            text += CharArrayToString(m_bytes, from, m_at - from, CP_UTF8);
         if(Peek() == '"')
           {
            m_at++;
            return true;
           }
         if(Peek() != '\\')
            break;
         m_at++;
         if(!Escaped(text))
            return false;
        }
      return Fail(m_at < m_size ? "a control character" : "a text without end");
     }

public:
                     CCaerusScanner() : m_at(0), m_size(0), m_error("") {}

   string            Error() const { return m_error; }
  };

#endif
