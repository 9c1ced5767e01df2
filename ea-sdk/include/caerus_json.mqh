// A strict JSON reader (RFC 8259) into a flat table of nodes. Numbers stay text, so a price is never rounded.
//
// Refused: what is too large or too deep, anything after the value, a name twice in one object, control characters,
// wrong UTF-8, lone surrogates, and U+0000, at which the terminal's strings would end.
#ifndef CAERUS_JSON_MQH
#define CAERUS_JSON_MQH

#include "caerus_scan.mqh"

#define CAERUS_JSON_DEPTH 16
#define CAERUS_JSON_BYTES 1048576
#define CAERUS_JSON_NODES 20000

enum ENUM_CAERUS_JSON
  {
   CAERUS_JSON_NULL,
   CAERUS_JSON_BOOL,
   CAERUS_JSON_NUMBER,
   CAERUS_JSON_STRING,
   CAERUS_JSON_ARRAY,
   CAERUS_JSON_OBJECT
  };

// `next` is the next item of the same array or object, -1 at its end.
struct SCaerusNode
  {
   ENUM_CAERUS_JSON  type;
   string            key;
   string            text;
   int               first;
   int               next;
   int               count;
  };

class CCaerusJson : public CCaerusScanner
  {
private:
   ARRAY(SCaerusNode, m_nodes);
   int               m_used;

   int               Add(const ENUM_CAERUS_JSON type)
     {
      if(m_used >= CAERUS_JSON_NODES)
        {
         Fail("too many values");
         return -1;
        }
      if(m_used >= ArraySize(m_nodes))
         ArrayResize(m_nodes, m_used + 64, 256);
      m_nodes[m_used].type = type;
      m_nodes[m_used].key = "";
      m_nodes[m_used].text = "";
      m_nodes[m_used].first = -1;
      m_nodes[m_used].next = -1;
      m_nodes[m_used].count = 0;
      return m_used++;
     }

   bool              Name(const int parent, string &key)
     {
      Blank();
      if(Peek() != '"')
         return Fail("a name is missing");
      if(!Text(key))
         return false;
      if(Find(parent, key) >= 0)
         return Fail("a name twice");
      Blank();
      return Word(":");
     }

   bool              Items(const int parent, const int depth)
     {
      bool object = m_nodes[parent].type == CAERUS_JSON_OBJECT;
      int last = -1, close = object ? '}' : ']';
      m_at++;
      Blank();
      if(Peek() == close)
        {
         m_at++;
         return true;
        }
      while(true)
        {
         string key = "";
         int item = -1;
         if(object && !Name(parent, key))
            return false;
         if(!Read(depth + 1, item))
            return false;
         m_nodes[item].key = key;
         if(last < 0)
            m_nodes[parent].first = item;
         else
            m_nodes[last].next = item;
         m_nodes[parent].count++;
         last = item;
         Blank();
         int c = Peek();
         m_at++;
         if(c == close)
            return true;
         if(c != ',')
            return Fail("a comma is missing");
        }
      return false;
     }

   bool              Read(const int depth, int &node)
     {
      if(depth > CAERUS_JSON_DEPTH)
         return Fail("too deep");
      Blank();
      int c = Peek();
      ENUM_CAERUS_JSON type = c == '{' ? CAERUS_JSON_OBJECT : c == '[' ? CAERUS_JSON_ARRAY
                              : c == '"' ? CAERUS_JSON_STRING : c == 't' || c == 'f' ? CAERUS_JSON_BOOL
                              : c == 'n' ? CAERUS_JSON_NULL : CAERUS_JSON_NUMBER;
      node = Add(type);
      if(node < 0)
         return false;
      if(type == CAERUS_JSON_OBJECT || type == CAERUS_JSON_ARRAY)
         return Items(node, depth);
      string text = c == 't' ? "true" : c == 'f' ? "false" : "null";
      bool good = type == CAERUS_JSON_STRING ? Text(text) : type == CAERUS_JSON_NUMBER ? Number(text) : Word(text);
      m_nodes[node].text = text;
      return good;
     }

public:
                     CCaerusJson() : m_used(0) {}

   // The value is node 0. False: `Error` says why, and there are no nodes.
   bool              Parse(const ARRAY_REF(uchar, bytes))
     {
      int root = -1;
      m_at = 0;
      m_used = 0;
      m_error = "";
      m_size = ArraySize(bytes);
      ArrayResize(m_bytes, 0);
      ArrayResize(m_nodes, 0);
      if(m_size > CAERUS_JSON_BYTES)
         return Fail("too large");
      CaerusAppend(m_bytes, bytes);
      bool good = Read(1, root);
      Blank();
      if(good && m_at < m_size)
         good = Fail("something after the value");
      if(!good)
         m_used = 0;
      return good;
     }

   bool              Is(const int node, const ENUM_CAERUS_JSON type) const { return node >= 0 && node < m_used && m_nodes[node].type == type; }
   int               First(const int node) const { return node < 0 || node >= m_used ? -1 : m_nodes[node].first; }
   int               Next(const int node) const { return node < 0 || node >= m_used ? -1 : m_nodes[node].next; }
   int               Count(const int node) const { return node < 0 || node >= m_used ? 0 : m_nodes[node].count; }
   string            Value(const int node) const { return node < 0 || node >= m_used ? "" : m_nodes[node].text; }
   string            Key(const int node) const { return node < 0 || node >= m_used ? "" : m_nodes[node].key; }

   // The item of that name, -1 when there is none.
   int               Find(const int object, const string key) const
     {
      for(int item = First(object); item >= 0; item = Next(item))
         if(m_nodes[item].key == key)
            return item;
      return -1;
     }

   bool              IsNull(const int object, const string key) const
     {
      int item = Find(object, key);
      return item < 0 || Is(item, CAERUS_JSON_NULL);
     }

   // False when it is not there or no text.
   bool              String(const int object, const string key, string &value) const
     {
      int item = Find(object, key);
      if(!Is(item, CAERUS_JSON_STRING))
         return false;
      value = m_nodes[item].text;
      return true;
     }

   // A number, or a text that is one: the hub writes prices as texts.
   bool              Decimal(const int object, const string key, string &value) const
     {
      int item = Find(object, key);
      if(!Is(item, CAERUS_JSON_STRING) && !Is(item, CAERUS_JSON_NUMBER))
         return false;
      value = m_nodes[item].text;
      return CaerusIsDecimal(value);
     }
  };

#endif
