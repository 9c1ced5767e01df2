// Finds a journal's entry by its id: a table of hashes with open addressing, at most half full.
//
// The ids come from the hub, which signs what it sends (they are UUIDs): nobody else can choose ids that fall together.
#ifndef CAERUS_INDEX_MQH
#define CAERUS_INDEX_MQH

#include "caerus_record.mqh"

#define CAERUS_INDEX_FIRST 64

// FNV-1a over the text's letters.
uint CaerusTextHash(const string text)
  {
   uint hash = (uint)2166136261;
   for(int i = 0; i < StringLen(text); i++)
     {
      hash ^= (uint)StringGetCharacter(text, i);
      hash *= (uint)16777619;
     }
   return hash;
  }

class CCaerusIndex
  {
private:
   // The entry's number and one; 0 is free. Its size is a power of two.
   ARRAY(int, m_slots);
   int               m_count;

   // Where the id is, or would be put.
   int               Slot(const ARRAY_REF(SCaerusEntry, entries), const string id) const
     {
      int last = ArraySize(m_slots) - 1;
      int at = (int)(CaerusTextHash(id) & (uint)last);
      while(m_slots[at] != 0 && entries[m_slots[at] - 1].id != id)
         at = (at + 1) & last;
      return at;
     }

   void              Grow(const ARRAY_REF(SCaerusEntry, entries))
     {
      int size = ArraySize(m_slots) == 0 ? CAERUS_INDEX_FIRST : ArraySize(m_slots) * 2;
      ArrayResize(m_slots, size);
      for(int i = 0; i < size; i++)
         m_slots[i] = 0;
      for(int entry = 0; entry < m_count; entry++)
         m_slots[Slot(entries, entries[entry].id)] = entry + 1;
     }

public:
                     CCaerusIndex() : m_count(0) {}

   void              Clear()
     {
      ArrayResize(m_slots, 0);
      m_count = 0;
     }

   // The entry's number, -1 when none has the id.
   int               Find(const ARRAY_REF(SCaerusEntry, entries), const string id) const
     {
      return m_count == 0 ? -1 : m_slots[Slot(entries, id)] - 1;
     }

   // The newest entry is known from now on. No entry before it has its id.
   void              Add(const ARRAY_REF(SCaerusEntry, entries))
     {
      if((m_count + 1) * 2 > ArraySize(m_slots))
         Grow(entries);
      m_slots[Slot(entries, entries[m_count].id)] = m_count + 1;
      m_count++;
     }
  };

#endif
