/** Names that go together. Made up from lists of common names; nobody real is meant. */
export interface Naming {
  readonly female: readonly string[];
  readonly male: readonly string[];
  readonly family: readonly string[];
}

const words = (text: string): string[] => text.trim().split(/\s*,\s*/u);

export const namings = {
  english: {
    female: words(
      'Olivia, Amelia, Isla, Ava, Grace, Lily, Freya, Emily, Sophie, Charlotte, Margaret, Susan, Patricia, Jean, Dorothy, Joan, Sheila, Karen, Tracey, Julie, Helen, Ruth, Hannah, Lucy, Mary-Anne, Sarah-Jane, Alice, Rose, Edith, Beatrice',
    ),
    male: words(
      'Oliver, George, Harry, Noah, Jack, Arthur, Oscar, Henry, Thomas, Alfie, John, David, Peter, Alan, Brian, Keith, Derek, Barry, Nigel, Kevin, Gary, Darren, Lee, Joseph, Albert, Stanley, J, Walter, Ernest, Frank',
    ),
    family: words(
      'Smith, Taylor, Brown, Wilson, Walker, Wright, Robinson, Thompson, White, Green, Hall, Wood, Harris, Clarke, Cooper, Ward, Turner, Hill, Baker, Carter, Fletcher, Marsh, Holroyd, Ackroyd, Pemberton, Featherstone, Smith-Jones, Hughes-Hallett, Barrington Ward, St John, Bell, Dean',
    ),
  },
  welsh: {
    female: words(
      'Cerys, Seren, Ffion, Megan, Carys, Eleri, Nia, Siân, Lowri, Gwen, Angharad, Rhiannon, Bethan, Mared, Elin, Non',
    ),
    male: words(
      'Rhys, Dylan, Gethin, Owain, Emyr, Iwan, Aled, Gareth, Huw, Llŷr, Steffan, Ioan, Macsen, Gwilym, Tomos, Siôn',
    ),
    family: words(
      'Jones, Davies, Evans, Williams, Roberts, Lewis, Morgan, Lloyd, Pritchard, Llewellyn, ap Gwilym, Bevan, Parry, Rees, Prosser, Vaughan-Jones',
    ),
  },
  scottish: {
    female: words('Eilidh, Isla, Skye, Mhairi, Catriona, Fiona, Morag, Ailsa, Kirsty, Iona'),
    male: words('Callum, Lewis, Hamish, Euan, Fraser, Angus, Ruaridh, Gregor, Alasdair, Struan'),
    family: words(
      'MacDonald, Mackenzie, McGregor, Campbell, Stewart, Fraser, Sinclair, Drummond, MacLeod, Buchanan',
    ),
  },
  irish: {
    female: words(
      'Aoife, Niamh, Saoirse, Caoimhe, Róisín, Órlaith, Bríd, Siobhán, Mary Kate, Bernadette, Áine, Dympna',
    ),
    male: words('Seán, Conor, Cillian, Oisín, Pádraig, Fionn, Eoin, Declan, Brendan, Tadhg, Ciarán, Dónal'),
    family: words(
      "O'Brien, O'Neill, O'Sullivan, Murphy, Kelly, Byrne, Gallagher, Doherty, Mc Laughlin, Ní Dhomhnaill, D'Arcy, Fitzgerald",
    ),
  },
  southAsian: {
    female: words(
      'Aisha, Fatima, Priya, Zara, Ananya, Sunita, Nusrat, Harpreet, Meera, Parveen, Shabnam, Lakshmi, Jaspreet, Om, Rukhsana, Ayesha',
    ),
    male: words(
      'Mohammed, Arjun, Imran, Amit, Bilal, Rohan, Gurdeep, Farhan, Ravi, Tariq, Sanjay, Hassan, Vikram, Usman, Krishna, Abdul Rahman',
    ),
    family: words(
      'Patel, Khan, Singh, Kaur, Begum, Hussain, Shah, Ahmed, Sharma, Chowdhury, Rahman, Iqbal, Gill, Mistry, Bibi, ul Haq',
    ),
  },
  african: {
    female: words('Amara, Chiamaka, Ngozi, Abena, Wanjiru, Zainab, Folake, Adwoa, Thandiwe, Makeda, Yetunde'),
    male: words('Kwame, Chinedu, Tunde, Emeka, Kofi, Babatunde, Juma, Sipho, Abdi, Tendai, Olumide'),
    family: words(
      "Okafor, Mensah, Adeyemi, Nwosu, Boateng, Mohamud, Banda, Moyo, N'Diaye, Achebe-Cole, Osei Tutu, Diallo",
    ),
  },
  polish: {
    female: words('Zofia, Agnieszka, Małgorzata, Katarzyna, Łucja, Wiktoria, Bożena, Joanna, Elżbieta'),
    male: words('Jakub, Piotr, Paweł, Łukasz, Krzysztof, Wojciech, Stanisław, Michał, Rafał'),
    family: words(
      'Kowalski, Nowak, Wiśniewski, Wójcik, Kociński, Zając, Dąbrowski, Szymańska-Król, Lewandowski',
    ),
  },
  caribbean: {
    female: words('Shanice, Marcia, Beverley, Kezia, Ionie, Gloria, Tamika, Precious, Andrea'),
    male: words('Winston, Delroy, Jerome, Marlon, Clive, Tyrone, Desmond, Leroy, Isaiah'),
    family: words(
      'Campbell, Clarke-Bailey, Francis, Grant, Powell, Baptiste, de Souza, Joseph, Pryce, La Rose',
    ),
  },
  further: {
    female: words('Mei, Yuki, Ana Sofía, Chloë, Ingrid, Ioana, Thị Lan, Li, Zoë, Françoise, Xin Yi, Inês'),
    male: words('Wei, João, Bogdan, Jürgen, José María, Søren, Minh, Dimitris, Andrei, Bo, Tomáš, Noël'),
    family: words(
      "Chen, Li, Nguyễn, Silva Santos, Müller, Popescu, van der Berg, García-López, Ng, Papadopoulos, D'Souza, Ó Dálaigh",
    ),
  },
} as const satisfies Record<string, Naming>;

export type NamingId = keyof typeof namings;
