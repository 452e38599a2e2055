"""Words by which machines, mail programs and letter writers are known, in the languages customers write.

Plain data, all lower case; a table is one text of lines, and "|" parts the phrases in a line. To teach the reader a
language, add its words here.
"""

from typing import Final


def table(text: str) -> tuple[str, ...]:
    """The phrases of one table, longest first, so that an alternation of them finds the longest."""
    found = {phrase.strip() for line in text.strip().splitlines() for phrase in line.split("|")}
    return tuple(sorted(found - {""}, key=lambda phrase: (-len(phrase), phrase)))


# Subjects of delivery reports, anywhere in the subject.
RETURNED: Final = table(
    """
    undelivered mail|undeliverable|undelivered|undeliver|returned mail|returned to sender
    delivery status notification|delivery notification|delivery failure|delivery has failed|delivery failed
    delivery report|delivery problem|delivery error|mail delivery|message delivery|mail failure|failure notice
    failed mail|mail system error|nondeliverable|non-delivery|could not be delivered|warning: message
    warning: could not send|unzustellbar|nicht zustellbar|unzugestellt|non remis|non distribu|échec de la remise
    no se puede entregar|no entregado|mancato recapito|não entregue|niet bezorgd|onbestelbaar|kan inte levereras
    nie dostarczono|не доставлено|недоставлен|配信できません|无法投递|退信
    """
)

# Subjects of automatic answers, anywhere in the subject.
AWAY: Final = table(
    """
    out of office|out of the office|out-of-office|automatic reply|automated reply|automatic response
    automated response|auto-reply|autoreply|auto reply|auto response|auto-response|autoresponse|auto-responder
    autoresponder|away from the office|away from my mail|i am away|i'm away|on vacation|vacation reply
    on annual leave|abwesenheitsnotiz|abwesenheitsnachricht|abwesenheitsassistent|automatische antwort
    automatische eingangsbestätigung|nicht im büro|bin abwesend|réponse automatique|absence du bureau
    absent du bureau|respuesta automática|respuesta automatica|fuera de la oficina|fuera de oficina
    risposta automatica|fuori ufficio|fuori sede|resposta automática|fora do escritório|ausência temporária
    automatisch antwoord|automatisch bericht|afwezigheidsbericht|afwezig:|autosvar|automatiskt svar|automatisk svar
    frånvaro|fraværsbesked|ikke på kontoret|automaattinen vastaus|poissaoloviesti|odpowiedź automatyczna
    automatyczna odpowiedź|autoodpowiedź|poza biurem|automatická odpověď|mimo kancelář|automatikus válasz
    răspuns automat|автоответ|автоматический ответ|αυτόματη απάντηση|otomatik yanıt|ofis dışında|自动回复
    自動回覆|自動応答|自動返信
    不在通知|자동 회신|부재중
    """
)

# What programs put before the subject of an answer, with a colon.
REPLIES: Final = table("re|aw|sv|vs|antw|rv|res|ref|rif|r|odp|ynt|vá|отв|на|απ|回复|回覆|答复|答覆|返信|回信|회신|השב")

# "wrote" in the line above a quotation, parted by blanks from what stands around it.
WROTE: Final = table(
    """
    wrote|writes|schrieb|geschrieben|schrieben
    a écrit|a ecrit|écrit|ha scritto|scrisse|escribió|escribio|ha escrito|escreveu|ha escrit|escrigué|a scris
    schreef|skrev|skrifaði|kirjoitti|kirjutas|rašė|rakstīja
    napisał|napisał(a)|napisała|napisal|pisze|napsal|napsal(a)|napsala|napísal|napísal(a)|napisao|napisala|je napisao
    пише|пишет|писал|писала|писав|написал|написала|написал(а)|написав|написа
    írta|έγραψε|yazdı|đã viết|menulis|כתב|כתבה|كتب|작성
    """
)
# The same where no blank parts words.
WROTE_UNPARTED: Final = table("写道|寫道|님이 작성|さんは書きました|さんからの")
# First words of such a line: prepositions ...
OPENERS: Final = table("on|at|am|le|el|il|em|op|den|dnia|在")
# ... and, where a number or an address follows, others and short names of days.
WEAK_OPENERS: Final = table(
    """
    dne|dňa|w|dátum|в|у|vào|pada|az|la|στις|kl|ngày|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so
    lun|mar|mer|jeu|ven|sam|dim|ma|wo|vr|za|zo|man|tir|ons|tor|tors|fre|lør|søn|mån|tis|lör|sön|ti|ke|to|pe|su
    pon|wt|śr|czw|pt|sob|nie|út|st|čt|pá|пн|вт|ср|чт|пт|сб|вс|нд
    """
)

# Names of the fields that programs copy above a quoted mail.
FROM: Final = table(
    """
    from|von|de|da|van|från|fra|od|от|від|kimden|gönderen|lähettäjä|expéditeur|mittente|remitente|remetente|feladó
    de la|odesílatel|odosielateľ|afzender|nadawca|avsändare|afsender|από|发件人|寄件者|寄件人|差出人|送信者|보낸 사람
    보낸사람|מאת|من|từ|dari
    """
)
DATE: Final = table(
    """
    date|sent|datum|gesendet|gesendet am|envoyé|envoyé le|date d'envoi|inviato|inviato il|data invio|enviado
    enviado el
    enviada em|enviado em|enviada|fecha|data|verzonden|skickat|sendt|dato|wysłano|data wysłania|отправлено|дата
    надіслано
    gönderme tarihi|gönderilme tarihi|tarih|gönderildi|lähetetty|päivämäärä|odesláno|odoslané|elküldve|dátum|trimis
    ημερομηνία|στάλθηκε|发送时间|发送日期|日期|時間|寄件日期|送信日時|日時|날짜|보낸 날짜|נשלח|تاريخ|ngày|tanggal
    """
)
TO: Final = table(
    """
    to|an|à|a|para|aan|till|til|do|pro|komu|кому|kime|kepada|vastaanottaja|címzett|către|catre|προς|destinataire
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
    subiectul|θέμα|主题|主旨|件名|제목|נושא|الموضوع|chủ đề|perihal|risposta
    """
)
# Between dashes, above a quoted or forwarded mail.
SEPARATORS: Final = table(
    """
    original message|original appointment|forwarded message|forwarded by|reply message|reply above|previous replies
    original-nachricht|originalnachricht|ursprüngliche nachricht|ursprungliche nachricht|weitergeleitete nachricht
    message d'origine|message d’origine|message original|message transféré|messaggio originale|messaggio inoltrato
    mensaje original|mensaje reenviado|mensagem original|mensagem encaminhada|mesaj original|missatge original
    oorspronkelijk bericht|origineel bericht|doorgestuurd bericht
    original meddelelse|oprindelig meddelelse|opprinnelig melding|videresendt melding|videresendt meddelelse
    ursprungligt meddelande|originalmeddelande|vidarebefordrat meddelande|alkuperäinen viesti|välitetty viesti
    wiadomość oryginalna|oryginalna wiadomość|wiadomość przekazana|původní zpráva|pôvodná správa|eredeti üzenet
    исходное сообщение|оригинальное сообщение|пересылаемое сообщение|вихідне повідомлення|оригінальне повідомлення
    orijinal mesaj|özgün ileti|αρχικό μήνυμα|原始邮件|原始郵件|邮件原件|转发的邮件|元のメッセージ|원본 메시지
    원본 메일
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
    below|inline|in-line|unten|nachfolgend|ci-dessous|abajo|hieronder|nedan|nedenfor|poniżej|sotto|abaixo|ниже|下記
    """
)

# "Sent from my telephone": beginnings of a line of its own.
MOBILE: Final = table(
    """
    sent from my|sent from mail for|sent from outlook|sent from yahoo|sent from gmail|sent from typeapp
    sent from proton
    sent from a|sent from the|sent from samsung|sent from blackberry|sent from windows|sent from nine|sent from iphone
    sent via|sent with|sent using|sent by|get outlook for|get typeapp for|get bluemail
    enviado desde|enviado do|enviado a partir|enviado via|enviado de|envoyé de|envoyé à partir|envoyé depuis
    envoyé via
    gesendet von|gesendet mit|gesendet über|von meinem|von unterwegs|diese nachricht wurde von mein
    inviato da|inviato dal|inviata da|verzonden vanaf|verzonden via|verzonden met|verstuurd vanaf|verstuurd via
    sendt fra|sendt via|skickat från|skickades från|lähetetty |lähetty |wysłano z|wysłane z|odesláno z|odoslané z
    отправлено с|отправлено из|надіслано з|küldve |trimis de pe|iphone'umdan|iphone’umdan|iphone'ımdan|poslano s
    изпратено от|στάλθηκε από|從我的|发自我的|发自 |iphone から送信|iphoneから送信|나의 iphone|내 iphone|נשלח מה
    """
)
# Closing formulas that stand alone on a line, with or without a comma.
CLOSINGS: Final = table(
    """
    regards|best regards|kind regards|kindest regards|warm regards|warmest regards|with kind regards|with best regards
    best wishes|with best wishes|sincerely|yours sincerely|sincerely yours|yours faithfully|yours truly|br|kr
    mit freundlichen grüßen|mit freundlichen grüssen|mit freundlichen gruessen|mit freundlichem gruß|freundliche grüße
    freundliche grüsse|mit besten grüßen|beste grüße|besten gruß|herzliche grüße|viele grüße|viele grüsse|liebe grüße
    schöne grüße|mit herzlichen grüßen|mfg|vg|lg|gruß|grüße
    cordialement|bien cordialement|bien à vous|sincères salutations|meilleures salutations|salutations distinguées
    cordiali saluti|distinti saluti|saluti|un saludo|saludos|saludos cordiales|un cordial saludo|atentamente
    cordialmente
    atenciosamente|cumprimentos|com os melhores cumprimentos|melhores cumprimentos|abraços
    met vriendelijke groet|met vriendelijke groeten|vriendelijke groet|vriendelijke groeten|groet|groeten|groetjes|mvg
    med vänlig hälsning|med vänliga hälsningar|vänliga hälsningar|vänligen|bästa hälsningar|hälsningar|mvh
    med venlig hilsen|venlig hilsen|med vennlig hilsen|vennlig hilsen|de bedste hilsner|bedste hilsner
    beste hilsen|hilsen
    dvh|ystävällisin terveisin|parhain terveisin|terveisin|pozdrawiam|z poważaniem|pozdrowienia|s pozdravem
    s pozdravom
    üdvözlettel|tisztelettel|cu stimă|cu respect|с уважением|с наилучшими пожеланиями|з повагою|saygılarımla
    iyi çalışmalar|με εκτίμηση|此致|敬具|よろしくお願いいたします
    """
)
