"""Names for the practice school, from many backgrounds. Any likeness to a real person is chance."""

from typing import Final


def words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


GIRLS: Final = words(
    """
    Özlem Noor Sanne Fleur Lotte Zoë Amira Yara Fatima Chloë Maud Iris Roos Femke Sophie Julia Mila Tess Evi Saar
    Esmée Renée Naomi Ayşe Elif Nour Salma Hafsa Samira Đài Linh Mei Wei-Ling Agnieszka Małgorzata Zuzanna Oksana
    Marijke Jikke Hiske Silke Sterre Puck Isa Lieke Anouk Eline Nina Ilse Aïcha Djamila Precious Keisha Shanice
    Priya Anjali Chandra Romy Jasmijn Britt Floor Veerle Marit Yfke Wietske Ivana Jelena Sara Hanna
    """
)
BOYS: Final = words(
    """
    IJsbrand Daan Sem Lucas Jelle Łukasz Mohammed Youssef Bilal Emre Çağrı Yiğit Şahin Mehmet Thijs Bram Ruben Lars
    Sven Joris Pieter Jan-Willem Gijs Teun Stijn Koen Niels Tim Jasper Floris Noud Sjoerd Wytse Fedde Douwe Bauke
    Đức Minh Wei Hao Krzysztof Paweł Andrzej Ivan Dragan Luka Amir Omar Hamza Ilyas Zakaria Soufiane Kofi Kwame
    Jayden Dwayne Ravi Arjun Mees Finn Levi Noah Adam Boris Casper Hidde Tijn Jurre André José Étienne
    """
)
# (prefix, last name)
LAST_NAMES: Final = tuple(
    (prefix or None, name)
    for prefix, names in (
        (
            "",
            "Jansen Bakker Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Brouwer Dijkstra Kok Postma "
            "Kuipers Adsız Yılmaz Kaya Demir Öztürk Çelik Şahin Bouzidi Amrani Benali Achahbar Aydın Nowak Kowalski "
            "Wiśniewska Dąbrowski Đặng Nguyễn Trần Phạm Wang Chen Singh Ramdin Kisoensingh Pinas Amoako Mensah Okafor "
            "Hoekstra Zijlstra Terpstra Ruimschotel Folmer Innewit Bruijnes Jovanović Petrović Kovačević Haddad Khalil "
            "Müller Schröder Groß O'Brien D'Août Lefèvre Peña Muñoz Ferreira IJzerman Ypma Quaedvlieg Schoenmaker",
        ),
        ("de", "Vries Jong Boer Groot Haan Wit Graaf Bruijn Ruiter Koning"),
        ("van", "Dijk Leeuwen Vliet Dam Beek Wijk Veen Loon"),
        ("van den", "Berg Bosch Heuvel Broek Brink Akker Hoek"),
        ("van der", "Meer Linden Meulen Veen Wal Horst Velde Laan"),
        ("'t", "Hart Hoen Lam"),
        ("van 't", "Hof Hek Veer"),
        ("in 't", "Veld"),
        ("ter", "Horst Braak Haar"),
        ("ten", "Brink Cate Have"),
        ("el", "Idrissi Ouali Khattabi Yaakoubi"),
        ("El", "Amrani"),
        ("ben", "Salah"),
        ("dos", "Santos"),
        ("da", "Silva Costa"),
        ("von", "Bergen"),
        ("op de", "Weegh"),
        ("vanden", "Bulcke"),
    )
    for name in words(names)
)
SUBJECTS: Final = ("ne", "en", "wi", "gs", "ak", "bi", "na", "sk", "ec", "du", "fa", "lo")
