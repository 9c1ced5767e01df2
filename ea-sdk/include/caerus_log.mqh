// An append-only file of lines, each with a checksum. A line that was cut off by a crash is passed over, once, where the
// file was opened again after it; any other line that does not fit its checksum means that the file is damaged.
//
// FileFlush hands the line to the operating system: it outlives the terminal, not a power cut at that moment.
//
// The whole file is replaced by one that was written beside it: at any moment the old one or the new one is there, whole.
#ifndef CAERUS_LOG_MQH
#define CAERUS_LOG_MQH

#include "caerus_hash.mqh"

#define CAERUS_LOG_START "{\"r\":\"start\"}"
#define CAERUS_LOG_BESIDE ".new"

string CaerusChecksum(const string text)
  {
   ARRAY(uchar, bytes);
   ARRAY(uchar, digest);
   CaerusUtf8(text, bytes);
   CaerusSha256(bytes, digest);
   return StringSubstr(CaerusHex(digest), 0, 8);
  }

class CCaerusLog
  {
private:
   int               m_handle;
   bool              m_torn;

   bool              Put(const string text)
     {
      ARRAY(uchar, bytes);
      CaerusUtf8(text, bytes);
      if(!FileSeek(m_handle, 0, SEEK_END) || FileWriteArray(m_handle, bytes) != (uint)ArraySize(bytes))
         return false;
      FileFlush(m_handle);
      return true;
     }

   string            Line(const string text) const { return CaerusChecksum(text) + " " + text + "\n"; }

   // False when not every byte of it is on the disk: one that is full may say so to nobody.
   bool              WriteBeside(const string file, const ARRAY_REF(string, lines)) const
     {
      ARRAY(uchar, bytes);
      ulong size = 0;
      int handle = FileOpen(file + CAERUS_LOG_BESIDE, FILE_WRITE | FILE_BIN);
      if(handle == INVALID_HANDLE)
         return false;
      for(int i = 0; i < ArraySize(lines); i++)
        {
         CaerusUtf8(Line(lines[i]), bytes);
         size += (ulong)ArraySize(bytes);
         FileWriteArray(handle, bytes);
        }
      FileFlush(handle);
      FileClose(handle);
      handle = FileOpen(file + CAERUS_LOG_BESIDE, FILE_READ | FILE_BIN);
      if(handle == INVALID_HANDLE)
         return false;
      bool whole = FileSize(handle) == size;
      FileClose(handle);
      return whole;
     }

public:
                     CCaerusLog() : m_handle(INVALID_HANDLE), m_torn(false) {}
                    ~CCaerusLog() { Close(); }

   // The lines that are whole, oldest first. False when the file cannot be opened: another EA has it, or no right to.
   bool              Open(const string file, ARRAY_REF(string, lines), bool &damaged)
     {
      ARRAY(uchar, bytes);
      ARRAY(uchar, part);
      damaged = false;
      ArrayResize(lines, 0);
      Close();
      // a crash in a system that replaces a file in two steps, and came to the first
      if(!FileIsExist(file) && FileIsExist(file + CAERUS_LOG_BESIDE)
         && !FileMove(file + CAERUS_LOG_BESIDE, 0, file, 0))
         return false;
      m_handle = FileOpen(file, FILE_READ | FILE_WRITE | FILE_BIN | FILE_SHARE_READ);
      if(m_handle == INVALID_HANDLE)
         return false;
      FileReadArray(m_handle, bytes);
      int from = 0, count = 0, size = ArraySize(bytes);
      bool bad = false;
      // the last line counts without its newline too, if it is whole
      for(int i = 0; i <= size; i++)
        {
         if((i < size && bytes[i] != '\n') || (i == size && from == size))
            continue;
         CaerusSlice(bytes, from, i - from, part);
         from = i + 1;
         string line = CaerusText(part), text = StringSubstr(line, 9);
         bool good = StringLen(line) > 9 && CaerusChecksum(text) + " " == StringSubstr(line, 0, 9);
         if(bad && !(good && text == CAERUS_LOG_START))
            damaged = true;
         bad = !good;
         if(!good)
            continue;
         ArrayResize(lines, count + 1, count + 256);
         lines[count++] = text;
        }
      m_torn = size > 0 && bytes[size - 1] != '\n';
      return Append(CAERUS_LOG_START);
     }

   // True when the whole line was handed to the system. After a failure the next line begins anew.
   bool              Append(const string text)
     {
      if(m_handle == INVALID_HANDLE)
         return false;
      string before = "";
      if(m_torn)
         before = "\n" + (text == CAERUS_LOG_START ? "" : Line(CAERUS_LOG_START));
      m_torn = !Put(before + Line(text));
      return !m_torn;
     }

   // Put a file with these lines in the place of the one that is open, and close it: it must be opened again, whichever it
   // is then. False when the lines could not be written down; then the old one stays open.
   bool              Replace(const string file, const ARRAY_REF(string, lines))
     {
      if(!WriteBeside(file, lines))
        {
         FileDelete(file + CAERUS_LOG_BESIDE);
         return false;
        }
      // a file that is open cannot be replaced
      Close();
      FileMove(file + CAERUS_LOG_BESIDE, 0, file, FILE_REWRITE);
      return true;
     }

   void              Close()
     {
      if(m_handle != INVALID_HANDLE)
         FileClose(m_handle);
      m_handle = INVALID_HANDLE;
     }
  };

#endif
