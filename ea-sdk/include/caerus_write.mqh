// Writes JSON, one object after another level by level; prices go in as the texts they are.
#ifndef CAERUS_WRITE_MQH
#define CAERUS_WRITE_MQH

#include "caerus_bytes.mqh"

string CaerusQuoted(const string text)
  {
   string quoted = "\"", digits = "0123456789abcdef";
   int from = 0, length = StringLen(text);
   for(int i = 0; i < length; i++)
     {
      int c = StringGetCharacter(text, i);
      if(c >= 0x20 && c != '"' && c != '\\')
         continue;
      quoted += StringSubstr(text, from, i - from);
      from = i + 1;
      if(c == '"' || c == '\\')
         quoted += "\\" + ShortToString((ushort)c);
      else
         quoted += "\\u00" + StringSubstr(digits, c >> 4, 1) + StringSubstr(digits, c & 15, 1);
     }
   return quoted + StringSubstr(text, from) + "\"";
  }

class CCaerusWriter
  {
private:
   string            m_text;
   bool              m_first;

   void              Name(const string key)
     {
      if(!m_first)
         m_text += ",";
      m_first = false;
      if(key != "")
         m_text += CaerusQuoted(key) + ":";
     }

public:
                     CCaerusWriter() : m_text(""), m_first(true) {}

   string            Text() const { return m_text; }

   // `key` is "" within an array, and for the outermost.
   void              Open(const string key, const string bracket)
     {
      Name(key);
      m_text += bracket;
      m_first = true;
     }

   void              Close(const string bracket)
     {
      m_text += bracket;
      m_first = false;
     }

   void              String(const string key, const string value)
     {
      Name(key);
      m_text += CaerusQuoted(value);
     }

   // Left out when there is nothing to say.
   void              Maybe(const string key, const string value)
     {
      if(value != "")
         String(key, value);
     }

   void              Integer(const string key, const long value)
     {
      Name(key);
      m_text += IntegerToString(value);
     }

   void              Bool(const string key, const bool value)
     {
      Name(key);
      m_text += value ? "true" : "false";
     }

   // JSON that is written already.
   void              Raw(const string key, const string json)
     {
      Name(key);
      m_text += json;
     }
  };

#endif
