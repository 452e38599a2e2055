"""Words by which machines, mail programs and letter writers are known, in the languages customers write.

Plain data, all lower case; a table is one text of lines, and "|" parts the phrases in a line. To teach the reader a
language, add its words here.
"""

from typing import Final


def table(text: str) -> tuple[str, ...]:
    """The phrases of one table, longest first, so that an alternation of them finds the longest."""
    found = {phrase.strip() for line in text.strip().splitlines() for phrase in line.split("|")}
    return tuple(sorted(found - {""}, key=lambda phrase: (-len(phrase), phrase)))


# What programs put before the subject of an answer, with a colon.
REPLIES: Final = table("re|aw|sv|vs|antw|rv|res|ref|rif|r|odp|ynt|vá|отв|на|απ|回复|回覆|答复|答覆|返信|回信|회신|השב")
# ... and of one that is handed on.
FORWARDS: Final = table("fw|fwd|wg|tr|i|rv|enc|vl|vb|vs|doorst|pd|přep|továbbítás|ilt|пересл|fs|转发|轉寄|転送|전달")

# "wrote" in the line above a quotation, parted by blanks from what stands around it.
WROTE: Final = table(
    """
    wrote|writes|schrieb|geschrieben|schrieben
    a écrit|a ecrit|écrit|ha scritto|scrisse|escribió|escribio|ha escrito|escreveu|ha escrit|escrigué|a scris
    schreef|geschreven|heeft geschreven|skrev|skrifaði|kirjoitti|kirjutas|rašė|rakstīja|va escriure|missatge de
    napisał|napisał(a)|napisała|napisana przez|napisal|pisze|napsal|napsal(a)|napsala|napísal|napísal(a)|napisao
    napisao/la|napisala|je napisao
    је написао|је написао/ла|је написала
    piše|пише|пишет|писал|писала|писав|написал|написала|написал(а)|написав|написа
    напиша|напісаў|напісала|вы писали|escribiu|shkroi|idatzi du|aliandika|geschriwwen|geskryf|scríobh
    ysgrifennodd|жазды|დაწერა|գրել է
    írta|έγραψε|yazdı|đã viết|menulis|כתב|כתבה|כתב/ה|كتب|نوشت|작성
    """
)
# The same where no blank parts words.
WROTE_UNPARTED: Final = table(
    """
    লিখেছেন|எழுதியது|نے لکھا|მა დაწერა
    写道|寫道|님이 작성|쓴 글|さんは書きました|さんからの|のメール|เขียนว่า|ने लिखा|تمت كتابة ما يلي بواسطة
    """
)
# At the end of a line between dashes, as Notes has it.
NOTES: Final = table("wrote|schrieb|a écrit|ha scritto|escribió|escreveu|schreef|skrev|napisał(a)|kirjoitti")
# Where the name follows at once and no date is given: "Quoting Jane Roe <jane@...>:".
QUOTING: Final = table(
    "quoting|zitat von|citando a|citando|citazione di|quotazione da|citeren van|citat från|citat fra|cytowanie|cituji"
)
# First words of such a line: prepositions ...
OPENERS: Final = table("on|at|am|le|el|il|em|op|den|dnia|às|în|wiadomość|missatge|בתאריך|في|در|ในวันที่|kuupäev|þann|在")
# ... and, where a number or an address follows, others and short names of days.
WEAK_OPENERS: Final = table(
    """
    dne|dňa|w|dátum|в|у|на|vào|pada|az|la|pe|no|στις|kl|ngày|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so
    lun|mar|mer|jeu|ven|sam|dim|ma|wo|vr|za|zo|man|tir|ons|tor|tors|fre|lør|søn|mån|tis|lör|sön|ti|ke|to|pe|su
    pon|wt|śr|czw|pt|sob|nie|út|st|čt|pá|пн|вт|ср|чт|пт|сб|вс|нд
    monday|tuesday|wednesday|thursday|friday|saturday|sunday
    понедельник|вторник|среда|четверг|пятница|суббота|воскресенье
    """
)

# Names of the fields that programs copy above a quoted mail.
FROM: Final = table(
    """
    from|von|de|da|van|från|fra|od|от|від|kimden|gönderen|lähettäjä|expéditeur|mittente|remitente|remetente|feladó
    de la|saatja|nuo|од|frá
    จาก|šalje|odesílatel|odosielateľ|afzender|nadawca|avsändare|afsender|από|发件人|寄件者|寄件人
    差出人|送信者|보낸 사람
    보낸사람|מאת|من|từ|dari
    """
)
DATE: Final = table(
    """
    date|sent|datum|gesendet|gesendet am|envoyé|envoyé le|date d'envoi|inviato|inviato il|data invio|enviado
    enviado el
    enviada em|enviado em|enviada|fecha|data|verzonden|skickat|sendt|dato|wysłano|data wysłania|отправлено|дата
    надіслано|послато|dagsetning
    изпратено|poslano|saadetud|išsiųsta|nosūtīts|dikirim|enviat|ส่ง|đã gửi|تاريخ الإرسال
    gönderme tarihi|gönderilme tarihi|tarih|gönderildi|lähetetty|päivämäärä|odesláno|odoslané|elküldve|dátum
    trimis
    ημερομηνία|στάλθηκε|发送时间|发送日期|日期|時間|寄件日期|送信日時|日時|날짜|보낸 날짜|נשלח|تاريخ|ngày|tanggal
    """
)
TO: Final = table(
    """
    to|an|à|a|за|para|per a|aan|till|til|do|до|za|prima|pro|kam|adressaat|ถึง|tới|komu|кому|kime|kepada|vastaanottaja
    címzett|către|catre|προς|destinataire
    destinatario|destinatário|ontvanger|收件人|收件者|宛先|받는 사람|받는사람|אל|إلى|đến
    """
)
CC: Final = table(
    """
    cc|kopie|kopia|kopi|copie|copia|cópia|kopija|másolat|копия|копія|抄送|副本|참조|reply-to|reply to|antwort an
    répondre à
    """
)
SUBJECT: Final = table(
    """
    subject|betreff|objet|oggetto|asunto|assunto|onderwerp|ämne|emne|temat|тема|konu|aihe|předmět|predmet|tárgy
    subiect
    subiectul|thema|относно|zadeva|teema|tēma|tema|subjek|เรื่อง|主旨|θέμα|主题|主旨|件名|제목|נושא|الموضوع|chủ đề
    perihal|risposta|efni
    """
)
# Between dashes, above a quoted or forwarded mail.
SEPARATORS: Final = table(
    """
    original message|replied message|original appointment|forwarded message|forwarded by|reply message|reply above
    previous replies|reply separator|받은 메일 내용
    original-nachricht|originalnachricht|ursprüngliche nachricht|ursprungliche nachricht|weitergeleitete nachricht
    message d'origine|message d’origine|message original|message transféré|messaggio originale|messaggio inoltrato
    mensaje original|mensaje reenviado|mensagem original|mensagem encaminhada|mesaj original|missatge original
    oorspronkelijk bericht|origineel bericht|doorgestuurd bericht
    original meddelelse|oprindelig meddelelse|opprinnelig melding|videresendt melding|videresendt meddelelse
    ursprungligt meddelande|originalmeddelande|vidarebefordrat meddelande|alkuperäinen viesti|välitetty viesti
    wiadomość oryginalna|oryginalna wiadomość|wiadomość przekazana|původní zpráva|pôvodná správa|eredeti üzenet
    исходное сообщение|оригинальное сообщение|пересылаемое сообщение|вихідне повідомлення|оригінальне повідомлення
    orijinal mesaj|özgün ileti|αρχικό μήνυμα|原始邮件|原始郵件|邮件原件|转发的邮件|元のメッセージ|원본 메시지
    원본 메일|oryginalna wiadomość|转发邮件信息|回复的原邮件|转发的原邮件|původní e-mail|ursprüngliche mail
    izvorna poruka|izvirno sporočilo|originalbesked|oprindelig besked|opprinnelig melding|pesan asli|tin nhắn gốc
    исходное письмо
    """
)
# The same in a sentence, for whoever answers a desk by mail.
ABOVE: Final = table(
    """
    reply above this line|reply above the line|type your reply above|respond above this line|write above this line
    oberhalb dieser linie|oberhalb dieser zeile|über dieser linie|au-dessus de cette ligne|encima de esta línea
    sopra questa linea|sopra questa riga|acima desta linha|boven deze lijn|boven deze regel|ovanför denna rad
    over denne linje|powyżej tej linii|nad tento řádek|выше этой строки|выше этой линии
    """
)
# With a colon, and without dashes.
FORWARDED: Final = table(
    """
    begin forwarded message|anfang der weitergeleiteten nachricht|début du message réexpédié
    début du message transféré
    inizio messaggio inoltrato|inicio del mensaje reenviado|início da mensagem encaminhada|vidarebefordrat brev
    begin doorgestuurd bericht|start på videresendt besked|начало переадресованного сообщения|下面是被转发的邮件
    """
)
# A note above the answer that its parts stand between the quotations.
BELOW: Final = table(
    """
    below|inline|in-line|unten|nachfolgend|ci-dessous|abajo|hieronder|nedan|nedenfor|poniżej|sotto|abaixo|ниже
    下記
    """
)

# "Sent from my telephone": beginnings of a line of its own.
MOBILE: Final = table(
    """
    sent from my|sent from mail for|sent from outlook|sent from yahoo|sent from gmail|sent from typeapp
    sent from proton
    sent from a|sent from the all-new|sent from spark|sent from hey|sent from tuta|sent from workspace one
    sent from bluemail|sent from blue mail|sent from zoho|sent from aol|sent from aqua mail|sent from canary
    sent from front|sent from edison|sent from superhuman|sent from newton|sent from fastmail|sent from icloud
    sent from boxer|sent from huawei|sent from xiaomi|sent from pixel|sent from mobile|sent from ipad
    yahoo mail: search, organize, conquer|provenance : courrier|get spike for|get spark for|get edison
    sent from samsung|sent from blackberry|sent from windows|sent from nine|sent from iphone
    sent via|sent with|secured with tuta|sent using|sent by|get outlook for|get typeapp for|get bluemail
    enviado desde|enviado do|enviado a partir|enviado via|enviado de|envoyé de|envoyé à partir|envoyé depuis
    envoyé via
    gesendet von|gesendet mit|gesendet über|von meinem|von unterwegs|diese nachricht wurde von mein
    inviato da|inviato dal|inviata da|verzonden vanaf|verzonden via|verzonden met|verstuurd vanaf|verstuurd via
    sendt fra|sendt via|skickat från|skickades från|lähetetty |lähetty |wysłano z|wysłane z|odesláno z|odoslané z
    отправлено с|отправлено из|надіслано з|küldve |az iphone-omról küldve
    elküldve az |elküldve a |trimis de pe|trimis din |poslané z|enviat des del|enviat des de l'|dikirim dari
    được gửi từ|ส่งจาก|أُرسلت من|أرسلت من|مرسل من|saadetud minu|išsiųsta iš|nosūtīts no mana|iphone-omról
    verzonden vanuit|envoyé avec|inviato con|enviado con|enviado com
    iphone'umdan|iphone’umdan|iphone'ımdan|poslano s
    изпратено от|στάλθηκε από|從我的|发自我的|发自 |iphone から送信|iphoneから送信|나의 iphone|내 iphone|נשלח מה
    """
)
# Closing formulas that stand alone on a line, with or without a comma.
CLOSINGS: Final = table(
    """
    thanks and regards|thanks & regards|thank you and regards|thanks and best regards|thanks & best regards
    with thanks and regards|many thanks and kind regards|respectfully|respectfully yours|rgds|brgds
    lijep pozdrav|lep pozdrav|s poštovanjem|s spoštovanjem|с поздрав|с най-добри пожелания|salutări|lugupidamisega
    parimate soovidega|pagarbiai|ar cieņu|atentament|salutacions|kveðja|bestu kveðjur
    regards|best regards|kind regards|kindest regards|warm regards|warmest regards|with kind regards
    with best regards
    best wishes|with best wishes|sincerely|yours sincerely|sincerely yours|yours faithfully|yours truly|br|kr
    mit freundlichen grüßen|mit freundlichen grüssen|mit freundlichen gruessen|mit freundlichem gruß
    freundliche grüße
    freundliche grüsse|mit besten grüßen|beste grüße|besten gruß|herzliche grüße|viele grüße|viele grüsse
    liebe grüße
    schöne grüße|mit herzlichen grüßen|mfg|vg|lg|gruß|grüße
    cordialement|bien cordialement|bien à vous|sincères salutations|meilleures salutations|salutations distinguées
    cordiali saluti|distinti saluti|saluti|un saludo|saludos|saludos cordiales|un cordial saludo|atentamente
    cordialmente
    atenciosamente|cumprimentos|com os melhores cumprimentos|melhores cumprimentos|abraços
    met vriendelijke groet|met vriendelijke groeten|vriendelijke groet|vriendelijke groeten|groet|groeten|groetjes
    mvg
    med vänlig hälsning|med vänliga hälsningar|vänliga hälsningar|vänligen|bästa hälsningar|hälsningar|mvh
    med venlig hilsen|venlig hilsen|med vennlig hilsen|vennlig hilsen|de bedste hilsner|bedste hilsner
    beste hilsen|hilsen
    dvh|ystävällisin terveisin|parhain terveisin|terveisin|pozdrawiam|z poważaniem|pozdrowienia|s pozdravem
    s pozdravom
    üdvözlettel|tisztelettel|cu stimă|cu respect|с уважением|с наилучшими пожеланиями|з повагою|saygılarımla
    iyi çalışmalar|με εκτίμηση|此致|敬具|よろしくお願いいたします
    """
)
