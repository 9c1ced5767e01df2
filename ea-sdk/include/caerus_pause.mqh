// How long to leave an order or a position alone that the broker would not close or take back: 1 s, then ever longer.
#ifndef CAERUS_PAUSE_MQH
#define CAERUS_PAUSE_MQH

#include "caerus_bytes.mqh"

#define CAERUS_PAUSE_FIRST_MS 1000
#define CAERUS_PAUSE_MOST_MS 60000

struct SCaerusPause
  {
   ulong             ticket;
   ulong             until;
   ulong             length;
  };

class CCaerusPauses
  {
private:
   ARRAY(SCaerusPause, m_pauses);

public:
   // Whether it may be tried now; if so it has been, and the next pause is twice as long, 60 s at most.
   bool              Try(const ulong ticket)
     {
      ulong now = GetTickCount64();
      int n = ArraySize(m_pauses);
      for(int i = 0; i < n; i++)
        {
         if(m_pauses[i].ticket != ticket)
            continue;
         if(now < m_pauses[i].until)
            return false;
         m_pauses[i].length = m_pauses[i].length * 2 < CAERUS_PAUSE_MOST_MS ? m_pauses[i].length * 2 : CAERUS_PAUSE_MOST_MS;
         m_pauses[i].until = now + m_pauses[i].length;
         return true;
        }
      ArrayResize(m_pauses, n + 1, n + 16);
      m_pauses[n].ticket = ticket;
      m_pauses[n].length = CAERUS_PAUSE_FIRST_MS;
      m_pauses[n].until = now + CAERUS_PAUSE_FIRST_MS;
      return true;
     }
  };

#endif
