"""Invented people, services, places and partners, in real kinds of towns."""

_FIRST = (
    "Adèle Agathe Ahmed Alban Amandine Amélie Anaïs Antoine Arnaud Aurélie "
    "Baptiste Bastien Bénédicte Bruno Camille Cécile Céline Chloé Clément "
    "Corinne Damien Delphine Didier Élodie Émilie Éric Estelle Fabien Fatima "
    "Florence Franck Gaëlle Gérald Guillaume Hélène Hervé Inès Isabelle Jérôme "
    "Julie Karim Katia Laetitia Laurent Léa Loïc Lucie Ludovic Magali Malika "
    "Manon Mathilde Maxime Mélanie Mickaël Nadège Nathalie Nicolas Odile "
    "Olivier Pascale Patrick Pauline Quentin Rachid Régine Romain Sabrina "
    "Samuel Sandrine Sébastien Sophie Stéphane Sylvie Thibault Thomas Valérie "
    "Véronique Vincent Wilfried Xavier Yann Yasmina Zoé"
)
FIRST_NAMES = tuple(_FIRST.split())

_FAMILY = (
    "Bacquet Baillieux Barbry Beaucamp Bécart Blondiau Boulinguez Bracq "
    "Caudrelier Chevalot Cordonnier Courmont Dambrine Darras Debuiche Decobert "
    "Defosset Delabroye Delannoye Delattre Delcroix Demailly Deruyter Desprets "
    "Devaux Dhénin Doutriaux Duflos Dussart Évrard Fauquembergue Flament "
    "Fontaine Gambier Gossart Grébert Hannebicque Hecquet Hochart Houillon "
    "Jaskula Kaczmarek Kowalczyk Lamblin Lecherf Leclercq Lefranc Leroux "
    "Lesage Lestienne Macquart Maerten Malbranque Mierzwa Nowakowski Oudart "
    "Pennequin Pétillon Piwowarczyk Pruvost Quéva Ratajczak Roussel Ruffin "
    "Sauvage Sénéchal Soyez Szymanski Tellier Thibaut Tison Tournemine "
    "Vandenbussche Vasseur Verhaeghe Wartelle Wattrelos Wojciechowski Zielinski"
)
FAMILY_NAMES = tuple(_FAMILY.split())

SERVICES = (
    "Accueil",
    "Affaires juridiques",
    "Assainissement",
    "Communication",
    "Développement économique",
    "Environnement et déchets",
    "Finances",
    "Habitat",
    "Lecture publique",
    "Marchés publics",
    "Ressources humaines",
    "Sports",
    "Transports",
    "Urbanisme",
)
TOWN_SERVICES = ("Accueil", "État civil", "Finances", "Police municipale", "Écoles")
SCHOOLS = ("Classe de CP", "Classe de CM1", "Classe de CM2", "Direction d'école")

CALL_SITES = (
    "Hôtel de communauté",
    "Centre technique communautaire",
    "Médiathèque du centre",
    "Médiathèque du canal",
    "Piscine communautaire",
    "Pépinière d'entreprises",
    "Maison de l'habitat",
    "Maison de la rénovation",
    "Office de tourisme",
    "Déchèterie nord",
)
LOOS_SITES = (
    "Mairie de Loos-en-Gohelle",
    "École élémentaire du Centre",
    "École maternelle des Terrils",
    "Médiathèque de Loos-en-Gohelle",
    "Services techniques de Loos-en-Gohelle",
    "Centre social",
)
MEURCHIN_SITES = (
    "Mairie de Meurchin",
    "École primaire de Meurchin",
    "Bibliothèque de Meurchin",
    "Services techniques de Meurchin",
)
STOCK_SITE = "Réserve informatique"

ASSOCIATIONS = (
    "Association Clavier Solidaire",
    "Les Ateliers du Terril numérique",
    "Association Second Écran",
    "Régie de quartier du Bassin minier",
    "Association Parents d'élèves des Cités",
)
BUYERS = ("Négoce Bureautique du Nord (SAS)", "Reprise Informatique Artois (SARL)")
RECONDITIONER = "Atelier Remis à Neuf (SCIC)"
PRODUCER_BODY = "Éco-organisme de démonstration"
COLLECTOR = "Collecteur DEEE de l'Artois"
SUPPLIERS = (
    "Centrale d'achat de démonstration",
    "Bureautique des Hauts (SAS)",
    "Matériel public Nord (SA)",
    "Reconditionneur de la Deûle (SCIC)",
)

REPAIR_REASONS = (
    "Ne démarre plus.",
    "Batterie qui ne tient plus la charge.",
    "Clavier : plusieurs touches ne répondent plus.",
    "Écran : lignes verticales.",
    "Arrêts inopinés, surchauffe.",
    "Connecteur d'alimentation endommagé.",
    "Disque lent, erreurs de lecture.",
)
DECOMMISSION_REASONS = (
    "Obsolète : le système n'est plus maintenu.",
    "Remplacé dans le cadre du renouvellement.",
    "Réparation plus coûteuse que la valeur.",
    "Sans affectation depuis plus d'un an.",
)
CONDEMN_REASONS = (
    "Trop ancien pour être remis en état.",
    "Panne non réparable.",
    "Aucun preneur.",
    "Dalle cassée.",
)
