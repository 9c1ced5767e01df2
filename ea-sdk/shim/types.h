// MQL5's types in C++: what the files of the SDK use of them, no more.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

using uchar = unsigned char;
using datetime = int64_t;
using color = int32_t;
using std::size_t;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long ulong;
static_assert(sizeof(long) == 8, "MQL5's long has 64 bits");

#define input static
#define EMPTY_STRING ""
enum { WHOLE_ARRAY = -1, CP_ACP = 0, CP_UTF8 = 65001 };
enum {
  ERR_FUNCTION_NOT_ALLOWED = 4014,
  ERR_WEBREQUEST_INVALID_ADDRESS = 5200,
  ERR_WEBREQUEST_CONNECT_FAILED = 5201,
  ERR_WEBREQUEST_REQUEST_FAILED = 5203
};
enum ENUM_INIT { INIT_SUCCEEDED = 0, INIT_FAILED = 1, INIT_PARAMETERS_INCORRECT = 32767 };

// What went wrong last; it stays until it is reset.
inline int &ShimError() {
  static int error = 0;
  return error;
}
inline int GetLastError() { return ShimError(); }
inline void ResetLastError() { ShimError() = 0; }

// How often two strings were compared, for tests of how work grows.
inline long &ShimComparisons() {
  static long count = 0;
  return count;
}

// A dynamic array. An index outside ends the program, as "array out of range" does in the terminal.
template <class T> class Array {
  std::vector<T> m_items;

 public:
  static void Outside(long i, size_t size) {
    std::fprintf(stderr, "array out of range: %ld of %zu\n", i, size);
    std::abort();
  }
  T &operator[](long i) {
    if (i < 0 || static_cast<size_t>(i) >= m_items.size()) Outside(i, m_items.size());
    return m_items[static_cast<size_t>(i)];
  }
  const T &operator[](long i) const { return const_cast<Array &>(*this)[i]; }
  std::vector<T> &items() { return m_items; }
  const std::vector<T> &items() const { return m_items; }
};

#define ARRAY(type, name) Array<type> name
#define ARRAY_REF(type, name) Array<type> &name

template <class T> int ArraySize(const Array<T> &a) { return static_cast<int>(a.items().size()); }
template <class T> int ArrayResize(Array<T> &a, int size, int reserve = 0) {
  if (reserve > 0 && a.items().capacity() < static_cast<size_t>(size)) a.items().reserve(static_cast<size_t>(size + reserve));
  a.items().resize(static_cast<size_t>(size));
  return size;
}
template <class T> void ArrayFree(Array<T> &a) { a.items().clear(); }

// MQL5's string: UTF-16, a value.
class string {
  std::u16string m_text;

 public:
  string() = default;
  string(const char *utf8) : m_text(Wide(utf8)) {}
  explicit string(std::u16string text) : m_text(std::move(text)) {}
  static std::u16string Wide(const std::string &utf8);
  static string Of(const std::string &utf8) { return string(Wide(utf8)); }
  std::string utf8() const;
  std::u16string &raw() { return m_text; }
  const std::u16string &raw() const { return m_text; }
  string &operator+=(const string &more) {
    m_text += more.m_text;
    return *this;
  }
  friend string operator+(const string &a, const string &b) { return string(a.m_text + b.m_text); }
  friend bool operator==(const string &a, const string &b) {
    ShimComparisons()++;
    return a.m_text == b.m_text;
  }
  friend bool operator!=(const string &a, const string &b) { return !(a == b); }
  friend bool operator<(const string &a, const string &b) { return a.m_text < b.m_text; }
};

inline std::u16string string::Wide(const std::string &utf8) {
  std::u16string wide;
  for (size_t i = 0; i < utf8.size();) {
    unsigned char c = static_cast<unsigned char>(utf8[i]);
    size_t more = c < 0x80 ? 0 : c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 9;
    if (more == 9 || i + more >= utf8.size()) {
      wide += u'\xFFFD';
      i++;
      continue;
    }
    uint32_t point = more == 0 ? c : c & (0x3Fu >> more);
    for (size_t k = 1; k <= more; k++) point = (point << 6) | (static_cast<unsigned char>(utf8[i + k]) & 0x3Fu);
    i += more + 1;
    if (point >= 0x10000) {
      wide += static_cast<char16_t>(0xD800 + ((point - 0x10000) >> 10));
      wide += static_cast<char16_t>(0xDC00 + ((point - 0x10000) & 0x3FF));
    } else {
      wide += static_cast<char16_t>(point);
    }
  }
  return wide;
}

inline std::string string::utf8() const {
  std::string out;
  for (size_t i = 0; i < m_text.size(); i++) {
    uint32_t point = m_text[i];
    if (point >= 0xD800 && point < 0xDC00 && i + 1 < m_text.size())
      point = 0x10000 + ((point - 0xD800) << 10) + (static_cast<uint32_t>(m_text[++i]) - 0xDC00);
    if (point < 0x80) {
      out += static_cast<char>(point);
      continue;
    }
    int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    out += static_cast<char>((more == 1 ? 0xC0 : more == 2 ? 0xE0 : 0xF0) | (point >> (6 * more)));
    while (more-- > 0) out += static_cast<char>(0x80 | ((point >> (6 * more)) & 0x3F));
  }
  return out;
}
