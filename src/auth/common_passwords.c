/* Passwords that stand at the top of every list, of at least eight characters (shorter ones are refused anyway). */
#include "auth_priv.h"

static const char *const common[] = {
    "00000000",   "11111111",    "111111111",    "11223344",   "112233445566", "12121212",       "121212121",
    "123123123",  "12341234",    "12344321",     "12345678",   "123456789",    "1234567890",     "12345679",
    "123454321",  "1234qwer",    "12qwaszx",     "147258369",  "1a2b3c4d",     "1q2w3e4r",       "1q2w3e4r5t",
    "1qaz2wsx",   "1qazxsw2",    "20002000",     "22222222",   "66666666",     "77777777",       "87654321",
    "88888888",   "987654321",   "9876543210",   "99999999",   "a1b2c3d4",     "aa123456",       "aaaaaaaa",
    "abc12345",   "abcd1234",    "abcdefgh",     "access14",   "admin123",     "administrateur", "administrator",
    "alexander",  "asdf1234",    "asdfasdf",     "asdfghjk",   "asdfghjkl",    "azerty123",      "azertyui",
    "azertyuiop", "babygirl",    "baseball",     "basketball", "bonjour1",     "bonjour123",     "butterfly",
    "changeme",   "changeme123", "charlie1",     "chocolat",   "chocolate",    "computer",       "corvette",
    "doudou123",  "dragon123",   "facebook",     "football",   "football1",    "g00gle123",      "hello123",
    "helloworld", "iloveyou",    "iloveyou1",    "internet",   "jennifer",     "jordan23",       "letmein1",
    "letmein123", "liverpool",   "loulou123",    "manchester", "marseille",    "michael1",       "michelle",
    "monkey123",  "motdepasse",  "motdepasse1",  "mustang1",   "my_password",  "nicolas1",       "p@ssw0rd",
    "p@ssword",   "pa$$w0rd",    "pass1234",     "passw0rd",   "password",     "password!",      "password1",
    "password12", "password123", "password1234", "pokemon1",   "portugal",     "princess",       "princess1",
    "q1w2e3r4",   "q1w2e3r4t5",  "qazwsxedc",    "qwer1234",   "qwerty12",     "qwerty123",      "qwerty1234",
    "qwertyui",   "qwertyuiop",  "sebastien",    "secret123",  "shadow123",    "soleil123",      "starwars",
    "sunshine",   "superman",    "test1234",     "testtest",   "trustno1",     "welcome1",       "welcome123",
    "whatever",   "zaq12wsx",
};

static bool is_one_character(struct str s)
{
    for (size_t i = 1; i < s.n; i++)
        if (s.p[i] != s.p[0])
            return false;
    return true;
}

bool password_is_common(struct str password)
{
    for (size_t i = 0; i < countof(common); i++)
        if (str_eq_nocase(password, str_of(common[i])))
            return true;
    return is_one_character(password);
}
