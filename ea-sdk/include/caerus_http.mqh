// One signed exchange with the hub, how often to try, and what an answer means.
#ifndef CAERUS_HTTP_MQH
#define CAERUS_HTTP_MQH

#include "caerus_auth.mqh"
#include "caerus_models.mqh"

#define CAERUS_PAUSE_MS 1000
// The terminal's own error (ERR_FUNCTION_NOT_ALLOWED): it may not ask that address. Stands in for a status.
#define CAERUS_UNLISTED 4014

// The value of a header, "" when there is none.
string CaerusHeader(const string headers, const string name)
  {
   ARRAY(string, lines);
   string wanted = name;
   StringToLower(wanted);
   int count = StringSplit(headers, '\n', lines);
   for(int i = 0; i < count; i++)
     {
      int colon = StringFind(lines[i], ":");
      if(colon < 0)
         continue;
      string key = StringSubstr(lines[i], 0, colon), value = StringSubstr(lines[i], colon + 1);
      StringToLower(key);
      StringTrimRight(value);
      StringTrimLeft(value);
      if(key == wanted)
         return value;
     }
   return "";
  }

// `https://host[:port]`, or http to this machine; no path, because a path would be part of what is signed.
bool CaerusOrigin(const string base)
  {
   int scheme = StringFind(base, "://");
   string host = StringSubstr(base, scheme + 3);
   if(scheme < 0 || StringLen(host) == 0 || StringFind(host, "/") >= 0 || StringFind(host, "?") >= 0 || !CaerusVisible(base))
      return false;
   if(StringSubstr(base, 0, scheme) == "https")
      return true;
   int colon = StringFind(host, ":");
   string name = colon < 0 ? host : StringSubstr(host, 0, colon);
   return StringSubstr(base, 0, scheme) == "http" && (name == "127.0.0.1" || name == "localhost");
  }

ENUM_CAERUS_REASON CaerusStatus(const int status)
  {
   if(status == CAERUS_UNLISTED)
      return CAERUS_NOT_ALLOWED;
   if(status <= 0)
      return CAERUS_UNREACHABLE;
   if(status >= 200 && status < 300)
      return CAERUS_OK;
   if(status == 401 || status == 403)
      return CAERUS_UNAUTHORISED;
   if(status == 429)
      return CAERUS_BUSY;
   if(status == 400 || status == 404 || status == 409 || status == 413 || status == 415 || status == 422)
      return CAERUS_REFUSED;
   return CAERUS_HUB_FAILED;
  }

class CCaerusHttp
  {
private:
   string            m_base;
   int               m_failures;
   ulong             m_until;
   ulong             m_heard;
   bool              m_answered;
   int               m_most_ms;
   int               m_status;
   string            m_detail;
   string            m_body;

   // Full jitter: terminals that failed together do not come back together.
   void              Failed(const int at_least_ms)
     {
      m_failures++;
      double most = CAERUS_PAUSE_MS * MathPow(2.0, MathMin(m_failures - 1, 10));
      double pause = MathMin(most, m_most_ms) * MathRand() / 32768.0;
      m_until = GetTickCount64() + (ulong)MathMax(pause, at_least_ms);
     }

   int               Attempt(CCaerusAuth &auth, const CCaerusClock &clock, const string method, const string path,
                             const ARRAY_REF(uchar, body), const int timeout_ms, ARRAY_REF(uchar, answer), string &headers)
     {
      string signed_headers = auth.Headers(method, path, body, clock.Now());
      if(signed_headers == "")
         return -2;
      string more = "Accept: application/json\r\n";
      if(ArraySize(body) > 0)
         more += "Content-Type: application/json\r\n";
      // WebRequest has signed bytes, everything else here unsigned ones
      ARRAY(char, sent);
      ARRAY(char, got);
      ArrayResize(sent, ArraySize(body));
      for(int i = 0; i < ArraySize(body); i++)
         sent[i] = (char)body[i];
      ResetLastError();
      int status = WebRequest(method, m_base + path, signed_headers + more, timeout_ms, sent, got, headers);
      bool unlisted = status == -1 && GetLastError() == CAERUS_UNLISTED;
      ArrayResize(answer, ArraySize(got));
      for(int i = 0; i < ArraySize(got); i++)
         answer[i] = (uchar)got[i];
      return unlisted ? CAERUS_UNLISTED : status;
     }

   // What to mend, or the first words of a refusal: a problem document's, or what there is. True when it is a whole problem
   // document of that status (RFC 9457), as the hub writes them.
   bool              Explain(const ARRAY_REF(uchar, answer))
     {
      CCaerusJson json;
      string type = "", title = "", detail = "";
      m_detail = "";
      if(m_status == CAERUS_UNLISTED)
         m_detail = "add " + m_base + " to the allowed URLs: Tools, Options, Expert Advisors";
      if(!json.Parse(answer))
         return false;
      if(json.String(0, "title", title))
         m_detail = title;
      if(json.String(0, "detail", detail))
         m_detail += ": " + detail;
      m_detail = StringSubstr(m_detail, 0, 300);
      int status = json.Find(0, "status");
      return title != "" && json.String(0, "type", type) && json.Is(status, CAERUS_JSON_NUMBER)
             && json.Value(status) == IntegerToString(m_status);
     }

   ENUM_CAERUS_REASON Read(const ARRAY_REF(uchar, answer), CCaerusJson &json)
     {
      if(ArraySize(answer) > CAERUS_JSON_BYTES)
         return CAERUS_TOO_LARGE;
      if(!json.Parse(answer))
        {
         m_detail = json.Error();
         return CAERUS_NOT_JSON;
        }
      m_body = CaerusText(answer);
      return json.Is(0, CAERUS_JSON_OBJECT) ? CAERUS_OK : CAERUS_BAD_SHAPE;
     }

public:
                     CCaerusHttp() : m_base(""), m_failures(0), m_until(0), m_heard(0), m_answered(false), m_most_ms(30000), m_status(0), m_detail(""), m_body("") {}

   // `retry_seconds`: the longest pause between tries.
   bool              Begin(const string base, const int retry_seconds)
     {
      m_base = base;
      m_most_ms = 1000 * retry_seconds;
      m_heard = GetTickCount64();
      return CaerusOrigin(base);
     }

   int               Status() const { return m_status; }
   string            Detail() const { return m_detail; }
   // The newest answer as it came.
   string            Body() const { return m_body; }
   // Whether it gave one since this program began.
   bool              Answered() const { return m_answered; }
   // False while a pause after failures runs.
   bool              Ready() const { return GetTickCount64() >= m_until; }
   // Seconds since the hub last gave an answer that could be read.
   long              Silence() const { return (long)((GetTickCount64() - m_heard) / 1000); }

   // Signed anew for each attempt. The clock follows the `Date` of good answers; when the hub refuses a request (401) and
   // its `Date` shows that our clock is off, the request is tried once more.
   ENUM_CAERUS_REASON Send(CCaerusAuth &auth, CCaerusClock &clock, const string method, const string path,
                           const string body, const int timeout_ms, CCaerusJson &json)
     {
      ARRAY(uchar, bytes);
      ARRAY(uchar, answer);
      string headers = "";
      CaerusUtf8(body, bytes);
      m_detail = "";
      m_body = "";
      m_status = Attempt(auth, clock, method, path, bytes, timeout_ms, answer, headers);
      if(m_status == 401 && clock.Correct(CaerusHeader(headers, "Date")))
         m_status = Attempt(auth, clock, method, path, bytes, timeout_ms, answer, headers);
      if(m_status == -2)
         return CAERUS_UNSIGNABLE;
      ENUM_CAERUS_REASON reason = CaerusStatus(m_status);
      if(reason == CAERUS_OK)
         reason = Read(answer, json);
      else
         if(!Explain(answer) && reason == CAERUS_REFUSED)
            // somebody between says that there is no such page: the hub has refused nothing
            reason = CAERUS_HUB_FAILED;
      if(reason == CAERUS_OK || reason == CAERUS_REFUSED)
        {
         m_failures = 0;
         m_until = 0;
         m_heard = GetTickCount64();
         m_answered = true;
         clock.Correct(CaerusHeader(headers, "Date"));
        }
      else
         Failed(1000 * (int)MathMin(StringToInteger(CaerusHeader(headers, "Retry-After")), 300));
      return reason;
     }
  };

#endif
